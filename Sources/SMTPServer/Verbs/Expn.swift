import MailCore
import SMTPWire

/// `EXPN list` — asks who is behind a list; known, and not done. RFC 5321 §3.5.2, §7.3
struct ExpnVerb: SMTPVerb {
    static let rule = VerbRule("EXPN", in: .always, mayPipeline: false)

    init(parsing line: inout Scanner) throws(SyntaxError) {}

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply { throw .noExpansion }
}
