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
        let (info, uids) = try await contents(of: name)
        let alarm = Alarm(connection)
        let watch = services.store.watch(info.id) { alarm.ring() }
        view = MailboxView(info, uids: uids, isReadOnly: isReadOnly, alarm: alarm, watch: watch)
        if !isReadOnly, info.recent > 0 { await claimRecent() }
        let firstUnseen = info.unseen > 0 ? try await firstUnseen() : nil
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

    private func contents(of name: MailboxName) async throws -> (MailboxInfo, [UID]) {
        guard let id = try await mailbox(name)?.id else { throw IMAPRefusal.noSuchMailbox }
        let found: (MailboxInfo, [UID])? = try await services.store.read { snapshot in
            guard let info = try snapshot.mailbox(id) else { return nil }
            return (info, try snapshot.uids(in: id))
        }
        guard let found else { throw IMAPRefusal.noSuchMailbox }
        return found
    }

    /// The number of the first message without \Seen, looked for in bounded steps.
    private func firstUnseen() async throws -> Int? {
        guard let view, !view.numbers.isEmpty else { return nil }
        let (id, numbers) = (view.id, view.numbers)
        var cursor = MessageCursor(MessageChoice(numbers: [1...numbers.count]))
        while !cursor.isAtEnd {
            let before = cursor
            let (after, found) = try await services.store.read { snapshot -> (MessageCursor, Int?) in
                var cursor = before
                var found: Int?
                try cursor.advance(atMost: SearchStep.mostRows) { part in
                    try snapshot.forEachFlags(in: id, uids: numbers.uids(of: part)) { message in
                        if !message.flags.contains(.seen) { found = numbers.number(of: message.uid) }
                        return found == nil
                    }
                    return found
                }
                return (cursor, found)
            }
            if let found { return found }
            cursor = after
        }
        return nil
    }
}
