import MailCore
import POP3Wire

/// `LIST [message]` — the octets of each message, or of one. RFC 1939 §5
///
/// A message's size is that of its octets as they are stored, which is what is sent, the dots before dots apart (RFC 1939 §11). Only
/// a message that was appended with bare LFs is sent with as many octets more.
struct List: POP3Command {
    static let rule = CommandRule("LIST", in: .transaction)

    var number: Int?

    init(parsing line: inout Scanner) throws(SyntaxError) {
        number = try line.numberOrNothing()
        try line.nothingMore()
    }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        if let number {
            let index = try await session.index(of: number)
            return .ok("\(number) \(try await session.listing().size(at: index))")
        }
        let listing = try await session.listing()
        let maildrop = session.opened
        return try await session.say(
            session.summary, (0..<listing.count).lazy.filter { !maildrop.isMarked($0) }.map { "\($0 + 1) \(listing.size(at: $0))" })
    }
}
