import IMAPWire
import MailCore

/// `SELECT mailbox` — RFC 3501 §6.3.1
struct Select: IMAPCommand {
    static let rule = CommandRule("SELECT", in: .loggedIn, news: .none)

    var mailbox: [UInt8]

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        mailbox = try line.astring()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        try await session.open(mailbox, isReadOnly: false)
        return .ok("The mailbox is open", code: .readWrite)
    }
}
