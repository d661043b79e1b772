import Connections
import MailCore
import POP3Wire

/// `STLS` — everything that follows is encrypted. Nothing that was said before counts any more. RFC 2595 §4
///
/// Whoever does not wait for the answer could have anybody's commands carried out as if they had come encrypted: the rule ends such
/// a session.
struct Stls: POP3Command {
    static let rule = CommandRule("STLS", in: .authorization, mayPipeline: false)

    static func capabilities(in session: POP3Session) -> [String] {
        session.connection.canStartTLS && session.phase != .transaction ? ["STLS"] : []
    }

    init(parsing line: inout Scanner) throws(SyntaxError) { try line.nothingMore() }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        if session.connection.isEncrypted { throw .encryptedAlready }
        guard session.connection.canStartTLS else { throw .noTLS }
        session.name = nil
        session.say(.ok("Begin TLS now"))
        do throws(ConnectionError) {
            try await session.connection.startTLS()
        } catch {
            throw POP3Refusal(ending: error)
        }
        return .said
    }
}
