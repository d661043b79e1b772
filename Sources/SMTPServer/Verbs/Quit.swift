import MailCore
import SMTPWire

/// `QUIT` — ends the session; a transaction that is open is dropped. What comes behind it is not read. RFC 5321 §4.1.1.10
struct QuitVerb: SMTPVerb {
    static let rule = VerbRule("QUIT", in: .always, mayPipeline: true)

    init(parsing line: inout Scanner) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply { .bye }
}
