import IMAPWire
import MailCore
import MailStore
import StateStore

/// `DELETE mailbox` — with its messages; what is below it stays, and keeps the name visible. RFC 3501 §6.3.4
struct Delete: IMAPCommand {
    static let rule = CommandRule("DELETE", in: .loggedIn)

    var mailbox: [UInt8]

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        mailbox = try line.astring()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        let name = try session.mailboxName(mailbox)
        guard !name.isInbox else { throw IMAPRefusal.no("INBOX stays", code: .cannot) }
        let id = session.owner.id
        let (info, hasChildren) = try await session.services.store.read { snapshot in
            let below = Array((name.text + "/").utf8)
            return (
                try snapshot.mailbox(name.text, of: id), try snapshot.mailboxes(of: id).contains { $0.name.utf8.starts(with: below) }
            )
        }
        guard let info else {
            throw hasChildren ? IMAPRefusal.no("This is only the beginning of other names", code: .cannot) : .noSuchMailbox
        }
        // Our own selected mailbox is closed first; other sessions are told by a BYE.
        if session.view?.id == info.id { session.view = nil }
        try await session.services.store.deleteMailbox(name.text, of: id)
        return .ok("The mailbox is gone")
    }
}
