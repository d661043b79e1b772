import IMAPWire
import MailCore
import MailStore
import StateStore

/// `UNSUBSCRIBE mailbox` — RFC 3501 §6.3.7
struct Unsubscribe: IMAPCommand {
    static let rule = CommandRule("UNSUBSCRIBE", in: .loggedIn)

    var mailbox: [UInt8]

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        mailbox = try line.astring()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        let name = try session.mailboxName(mailbox)
        try await session.services.store.subscribe(name.text, of: session.owner.id, false)
        return .ok("Not subscribed any more")
    }
}
