import IMAPWire
import MailCore
import MailStore
import NIOCore

/// `STATUS mailbox (items)` — RFC 3501 §6.3.10
struct Status: IMAPCommand {
    static let rule = CommandRule("STATUS", in: .loggedIn)

    var mailbox: [UInt8]
    var items: [StatusItem]

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        mailbox = try line.astring()
        try line.space()
        items = try line.statusItems()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        let name = try session.mailboxName(mailbox)
        guard let info = try await session.mailbox(name) else { throw IMAPRefusal.noSuchMailbox }
        session.write { $0.writeStatus(of: info, items) }
        return .ok("That is all")
    }
}

extension ByteBuffer {
    /// `* STATUS name (MESSAGES 3 …)`. RFC 3501 §7.2.4
    mutating func writeStatus(of info: MailboxInfo, _ items: [StatusItem]) {
        writeStaticString("* STATUS ")
        writeBytes(MailboxName.wire(of: info.name))
        writeStaticString(" (")
        for (index, item) in items.enumerated() {
            writeString(index == 0 ? "\(item.rawValue) " : " \(item.rawValue) ")
            switch item {
            case .messages: writeDecimal(UInt64(info.messages))
            case .recent: writeDecimal(UInt64(info.recent))
            case .uidNext: writeDecimal(UInt64(info.uidNext))
            case .uidValidity: writeDecimal(UInt64(info.uidValidity))
            case .unseen: writeDecimal(UInt64(info.unseen))
            }
        }
        writeStaticString(")\r\n")
    }
}
