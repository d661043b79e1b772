import Connections
import MailCore
import MailSettings
import SMTPWire

/// `DATA` — the message follows, up to CRLF.CRLF; one answer for all recipients. RFC 5321 §4.1.1.4
struct DataVerb: SMTPVerb {
    static let rule = VerbRule("DATA", in: .recipients, mayPipeline: false)

    init(parsing line: inout Scanner) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply {
        guard case .mail(let transaction) = session.phase else { preconditionFailure("the rule lets DATA in only behind RCPT") }
        var reception = try session.begin(transaction, .dotStuffed, with: services)
        session.phase = .ready
        session.say(.startMessage)
        while !reception.isComplete {
            do throws(ConnectionError) {
                try await session.connection.input(within: services.settings.smtp.dataTimeout) { reception.take($0) }
            } catch {
                throw Reply(ending: error)
            }
            try await reception.handOn()
        }
        return try await session.conclude(&reception, with: services)
    }
}
