import IMAPWire
import MailCore
import MailStore

/// `CLOSE` — expunges without a word, then leaves the mailbox. RFC 3501 §6.4.2
struct Close: IMAPCommand {
    static let rule = CommandRule("CLOSE", in: .selected, news: .none)

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        if let view = session.view, !view.isReadOnly { _ = try await session.services.store.expunge(view.id, only: nil) }
        session.view = nil
        return .ok("The mailbox is closed")
    }
}
