import Connections
import IMAPWire
import MailStore
import StateStore

extension IMAPSession {
    /// Selects a mailbox and tells what it holds. RFC 3501 §6.3.1
    mutating func open(_ wire: [UInt8], isReadOnly: Bool) async throws {
        // Whatever comes of it, the mailbox that was selected is so no more.
        view = nil
        let name = try mailboxName(wire)
        guard let info = try await mailbox(name) else { throw IMAPRefusal.noSuchMailbox }
        let alarm = Alarm(connection)
        let watch = services.store.watch(info.id) { alarm.ring() }
        let (numbers, firstUnseen) = try await inventory(of: info)
        view = MailboxView(info, numbers: numbers, isReadOnly: isReadOnly, alarm: alarm, watch: watch)
        if !isReadOnly, info.recent > 0 { await claimRecent() }
        guard let view else { return }
        write { output in
            output.writeFlagsOfMailbox(keywords: view.keywords, isReadOnly: isReadOnly)
            output.writeNumbered(view.numbers.count, "EXISTS")
            output.writeNumbered(view.recentCount, "RECENT")
            if let firstUnseen { output.writeStatus(nil, "OK", .unseen(firstUnseen), "The first that was not seen") }
            output.writeStatus(nil, "OK", .uidValidity(info.uidValidity), "UIDs are valid")
            output.writeStatus(nil, "OK", .uidNext(info.uidNext), "The next UID")
        }
    }

    /// Which messages there are, and the number of the first without \Seen; in bounded steps. What changes between them is news,
    /// since it came after the state that `info` shows.
    private func inventory(of info: MailboxInfo) async throws -> (numbers: SequenceNumbers, firstUnseen: Int?) {
        var numbers = SequenceNumbers()
        var firstUnseen: Int?
        var rest: UID? = info.uidNext > 1 ? 1 : nil
        while let first = rest {
            let before = (numbers, firstUnseen)
            (numbers, firstUnseen, rest) = try await services.store.read { snapshot in
                var (numbers, firstUnseen) = before
                var rest: UID?
                var room = Self.inventoryStep
                try snapshot.forEachFlags(in: info.id, uids: first...info.uidNext - 1) { message in
                    guard room > 0 else {
                        rest = message.uid
                        return false
                    }
                    room -= 1
                    numbers.append(message.uid)
                    if firstUnseen == nil, !message.flags.contains(.seen) { firstUnseen = numbers.count }
                    return true
                }
                return (numbers, firstUnseen, rest)
            }
        }
        return (numbers, firstUnseen)
    }

    /// Rows of the index that SELECT reads at a time; one costs a quarter of a microsecond.
    private static let inventoryStep = 10_000

    /// A name that a mailbox can have.
    func mailboxName(_ wire: [UInt8]) throws(IMAPRefusal) -> MailboxName {
        guard let name = MailboxName(wire: wire) else { throw .nameNotAllowed }
        return name
    }

    /// The account in whose name everything is done.
    var owner: Account {
        guard let account else { preconditionFailure("this command needs somebody who is logged in") }
        return account
    }

    /// A mailbox of the account; who has no INBOX yet gets one.
    func mailbox(_ name: MailboxName) async throws -> MailboxInfo? {
        let id = owner.id
        if let info = try await services.store.read({ try $0.mailbox(name.text, of: id) }) { return info }
        guard name.isInbox else { return nil }
        try await provideMailboxes()
        return try await services.store.read { try $0.mailbox(name.text, of: id) }
    }
}
