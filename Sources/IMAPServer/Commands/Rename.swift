import IMAPWire
import MailCore
import MailStore
import StateStore

/// `RENAME mailbox new-name` — what is below it goes with it; INBOX is emptied into the new one. RFC 3501 §6.3.5
struct Rename: IMAPCommand {
    static let rule = CommandRule("RENAME", in: .loggedIn, looksForNews: true)

    var mailbox: [UInt8]
    var newName: [UInt8]

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        mailbox = try line.astring()
        try line.space()
        newName = try line.astring()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        let name = try session.mailboxName(mailbox)
        let newName = try session.mailboxName(newName)
        guard !newName.holdsWildcard else { throw IMAPRefusal.nameNotAllowed }
        guard !newName.isInbox else { throw IMAPRefusal.mailboxExists }
        try await session.services.store.renameMailbox(name.text, to: newName.text, of: session.owner.id)
        return .ok("The mailbox has its new name")
    }
}
