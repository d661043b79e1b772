import MailCore
import POP3Wire

/// `CAPA` — what this server can, now. RFC 2449 §5
struct Capa: POP3Command {
    static let rule = CommandRule("CAPA", in: .any)

    init(parsing line: inout Scanner) throws(SyntaxError) { try line.nothingMore() }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        try await session.say("What this server can", session.capabilities)
    }
}
