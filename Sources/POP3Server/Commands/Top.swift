import MailCore
import POP3Wire

/// `TOP message lines` — a message's header, the empty line, and so many lines of its body. It is not \Seen by that. RFC 1939 §7
struct Top: POP3Command {
    static let rule = CommandRule("TOP", in: .transaction)

    static func capabilities(in session: POP3Session) -> [String] { ["TOP"] }

    /// Octets that are read at a time: most headers are shorter.
    private static let piece = 8 << 10

    var number: Int
    var lines: Int

    init(parsing line: inout Scanner) throws(SyntaxError) {
        number = try line.number()
        lines = try line.number()
        try line.nothingMore()
    }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        let index = try await session.index(of: number)
        let uid = try await session.listing().uids[index]
        let isThere = try await session.stream(uid, showing: TopExtent(lines: lines), piece: Self.piece) { _ in
            "+OK The top of the message\r\n"
        }
        guard isThere else { throw .goneMessage }
        return .said
    }
}
