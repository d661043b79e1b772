import Connections
import MailCore
import SMTPWire

/// `STARTTLS` — everything that follows is encrypted, and nothing that was said before counts any more. RFC 3207
struct StartTLSVerb: SMTPVerb {
    static let rule = VerbRule("STARTTLS", in: .ready, mayPipeline: false)

    init(parsing line: inout Scanner) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply {
        if session.connection.isEncrypted { throw .encryptedAlready }
        guard session.connection.canStartTLS else { throw .noTLS }
        session.say(.startTLS)
        do throws(ConnectionError) {
            try await session.connection.startTLS()
        } catch {
            throw Reply(ending: error)
        }
        session.forgetEverything()
        return .said
    }
}

extension SMTPSession {
    /// What came in the clear may have been somebody else's. RFC 3207 §4.2
    mutating func forgetEverything() {
        greeting = nil
        account = nil
        phase = .connected
    }
}
