import MailCore
import POP3Wire

/// `NOOP` — nothing but an answer. RFC 1939 §5
struct Noop: POP3Command {
    static let rule = CommandRule("NOOP", in: .transaction)

    init(parsing line: inout Scanner) throws(SyntaxError) { try line.nothingMore() }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer { .ok("Yes") }
}
