import MailCore
import POP3Wire

/// `RSET` — takes all marks of DELE away. RFC 1939 §5
struct Rset: POP3Command {
    static let rule = CommandRule("RSET", in: .transaction)

    init(parsing line: inout Scanner) throws(SyntaxError) { try line.nothingMore() }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        session.maildrop?.unmarkAll()
        return .ok(session.summary)
    }
}
