import Connections
import IMAPWire
import MailCore

/// `STARTTLS` — everything that follows is encrypted. RFC 3501 §6.2.1
struct StartTLS: IMAPCommand {
    static let rule = CommandRule("STARTTLS", in: .notAuthenticated, news: .none)

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        if session.connection.isEncrypted { throw IMAPRefusal.bad("TLS is on already") }
        guard session.connection.canStartTLS else { throw IMAPRefusal.bad("TLS is not offered here") }
        session.startsTLS = true
        return .ok("Begin TLS now")
    }
}

extension IMAPSession {
    /// When the client has been told to begin. Nothing that was said before counts any more; there is nothing before a log-in.
    mutating func startTLS() async throws(Farewell) {
        startsTLS = false
        // Whoever did not wait for our answer could have anybody's commands carried out as if they had come encrypted.
        if connection.hasBufferedInput { throw Farewell("You did not wait for the answer", code: .clientBug) }
        do {
            try await connection.startTLS()
        } catch {
            throw Farewell(error)
        }
    }
}
