import MailCore
import POP3Wire

/// `UIDL [message]` — the unique-id of each message, or of one (`UniqueID`). RFC 1939 §7
struct Uidl: POP3Command {
    static let rule = CommandRule("UIDL", in: .transaction)

    static func capabilities(in session: POP3Session) -> [String] { ["UIDL"] }

    var number: Int?

    init(parsing line: inout Scanner) throws(SyntaxError) {
        number = try line.numberOrNothing()
        try line.nothingMore()
    }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        if let number {
            let index = try await session.index(of: number)
            return .ok("\(number) \(try await session.listing().uniqueID(at: index))")
        }
        let listing = try await session.listing()
        let maildrop = session.opened
        return try await session.say(
            session.summary, (0..<listing.count).lazy.filter { !maildrop.isMarked($0) }.map { "\($0 + 1) \(listing.uniqueID(at: $0))" })
    }
}
