import IMAPWire
import MailCore
import MailStore
import StateStore

/// `SUBSCRIBE mailbox` — RFC 3501 §6.3.6
struct Subscribe: IMAPCommand {
    static let rule = CommandRule("SUBSCRIBE", in: .loggedIn)

    var mailbox: [UInt8]

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        mailbox = try line.astring()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        let name = try session.mailboxName(mailbox)
        // So that the list cannot grow without mailboxes; a subscription outlives its mailbox, though.
        guard try await session.mailbox(name) != nil else { throw IMAPRefusal.noSuchMailbox }
        try await session.services.store.subscribe(name.text, of: session.owner.id, true)
        return .ok("Subscribed")
    }
}
