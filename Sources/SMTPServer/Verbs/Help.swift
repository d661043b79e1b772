import MailCore
import SMTPWire

/// `HELP [verb]` — names what can be said. RFC 5321 §4.1.1.8
struct HelpVerb: SMTPVerb {
    static let rule = VerbRule("HELP", in: .always, mayPipeline: true)

    init(parsing line: inout Scanner) throws(SyntaxError) {}

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply {
        let names = SMTPVerbs.all.map { $0.rule.name.description }.sorted().joined(separator: " ")
        return Reply(214, EnhancedStatus(2, 0, 0), ["Postern speaks SMTP as RFC 5321 has it", names])
    }
}
