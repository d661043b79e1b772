import MailCore
import SMTPWire

/// `NOOP [text]` — nothing but an answer. RFC 5321 §4.1.1.9
struct NoopVerb: SMTPVerb {
    static let rule = VerbRule("NOOP", in: .always, mayPipeline: false)

    init(parsing line: inout Scanner) throws(SyntaxError) {}

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply { .ok }
}
