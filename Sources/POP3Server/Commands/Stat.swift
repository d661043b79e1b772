import MailCore
import POP3Wire

/// `STAT` — how many messages there are, and their octets. RFC 1939 §5
struct Stat: POP3Command {
    static let rule = CommandRule("STAT", in: .transaction)

    init(parsing line: inout Scanner) throws(SyntaxError) { try line.nothingMore() }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        .ok("\(session.opened.messages) \(session.opened.octets)")
    }
}
