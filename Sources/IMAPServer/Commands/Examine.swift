import IMAPWire
import MailCore

/// `EXAMINE mailbox` — SELECT for looking only. RFC 3501 §6.3.2
struct Examine: IMAPCommand {
    static let rule = CommandRule("EXAMINE", in: .loggedIn, news: .none)

    var mailbox: [UInt8]

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        mailbox = try line.astring()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        try await session.open(mailbox, isReadOnly: true)
        return .ok("The mailbox is open for reading", code: .readOnly)
    }
}
