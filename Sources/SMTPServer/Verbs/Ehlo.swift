import Authentication
import Connections
import MailCore
import MailSettings
import SMTPWire

/// `EHLO name` — begins, or begins anew, and lists what is offered. RFC 5321 §4.1.1.1
struct EhloVerb: SMTPVerb {
    static let rule = VerbRule("EHLO", in: .always, mayPipeline: false)

    let name: HeloName

    init(parsing line: inout Scanner) throws(SyntaxError) { name = try HeloName(parsing: &line) }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply {
        session.begin(as: name, isExtended: true)
        var lines = [services.ownName]
        lines.append("PIPELINING")
        lines.append("SIZE \(services.settings.smtp.maxMessageSize.bytes)")
        lines.append("8BITMIME")
        if services.settings.smtp.utf8 { lines.append("SMTPUTF8") }
        lines.append("ENHANCEDSTATUSCODES")
        // To everybody: who may not be told what became of a message is bounded where reports are made. RFC 3461 §3
        lines.append("DSN")
        lines.append("CHUNKING")
        if session.connection.canStartTLS { lines.append("STARTTLS") }
        let mechanisms = services.desk.mechanisms(under: LoginConditions(of: session.connection))
        if session.account == nil, !mechanisms.isEmpty { lines.append("AUTH " + mechanisms.joined(separator: " ")) }
        return Reply(250, nil, lines)
    }
}
