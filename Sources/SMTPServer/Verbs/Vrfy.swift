import MailCore
import SMTPWire

/// `VRFY name` — asks whether somebody exists; we neither confirm nor deny. RFC 5321 §3.5.3, §7.3
struct VrfyVerb: SMTPVerb {
    static let rule = VerbRule("VRFY", in: .always, mayPipeline: false)

    init(parsing line: inout Scanner) throws(SyntaxError) {
        if line.atEnd { throw line.error(wanted: "a name") }
    }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply { .notVerified }
}
