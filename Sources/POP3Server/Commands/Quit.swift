import Logging
import MailCore
import MailStore
import POP3Wire

/// `QUIT` — ends the session; what DELE has marked goes now, all of it or nothing. What comes behind it is not read.
/// RFC 1939 §4, §6
struct Quit: POP3Command {
    static let rule = CommandRule("QUIT", in: .any)

    init(parsing line: inout Scanner) throws(SyntaxError) { try line.nothingMore() }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        session.isOver = true
        guard let maildrop = session.maildrop else { return .ok("Bye") }
        let marked = maildrop.marked
        guard !marked.isEmpty else { return .ok("Bye") }
        let removed: Int
        do throws(StoreError) {
            removed = try await session.services.store.remove(marked, from: maildrop.id)
        } catch {
            session.journalFailure(error)
            throw .nothingDeleted
        }
        session.journal(.messagesRemoved, .info, "\(removed) messages were removed by POP3")
        return .ok("Bye; \(removed) messages are deleted")
    }
}
