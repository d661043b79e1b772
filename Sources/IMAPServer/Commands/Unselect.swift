import IMAPWire
import MailCore

/// `UNSELECT` — leaves the mailbox as it is. RFC 3691 §2
struct Unselect: IMAPCommand {
    static let rule = CommandRule("UNSELECT", in: .selected, news: .none, capabilities: ["UNSELECT"])

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        session.view = nil
        return .ok("The mailbox is closed")
    }
}
