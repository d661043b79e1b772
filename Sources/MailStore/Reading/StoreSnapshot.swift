public import MailCore
public import NIOCore

/// One state of the store, inside `MailStore.read`. It sees what was committed when the read began.
public final class StoreSnapshot {
    let connection: IndexConnection
    let packs: PackReader
    private let recent: RecentMessages

    init(connection: IndexConnection, packs: PackReader, recent: RecentMessages) {
        self.connection = connection
        self.packs = packs
        self.recent = recent
    }

    // MARK: mailboxes

    /// The account's mailboxes by name.
    public func mailboxes(of account: AccountID) throws(StoreError) -> [MailboxInfo] {
        let select = try connection.statement(
            """
            SELECT m.id, m.name, m.uid_validity, m.uid_next, m.mod_seq, m.messages, m.unseen, m.bytes, m.recent_from, m.special_use, \
            m.keywords, o.account FROM mailbox m JOIN owner o ON o.id = m.owner \
            WHERE o.account = ?1 AND m.name NOT LIKE char(1) || '%' ORDER BY m.name
            """)
        select.bind(1, account.octets)
        return try infos(select)
    }

    public func mailbox(_ name: String, of account: AccountID) throws(StoreError) -> MailboxInfo? {
        let select = try connection.statement(
            """
            SELECT m.id, m.name, m.uid_validity, m.uid_next, m.mod_seq, m.messages, m.unseen, m.bytes, m.recent_from, m.special_use, \
            m.keywords, o.account FROM mailbox m JOIN owner o ON o.id = m.owner WHERE o.account = ?1 AND m.name = ?2
            """)
        select.bind(1, account.octets)
        select.bind(2, name)
        return try infos(select).first
    }

    /// `nil` when it was deleted.
    public func mailbox(_ id: MailboxID) throws(StoreError) -> MailboxInfo? {
        let select = try connection.statement(
            """
            SELECT m.id, m.name, m.uid_validity, m.uid_next, m.mod_seq, m.messages, m.unseen, m.bytes, m.recent_from, m.special_use, \
            m.keywords, o.account FROM mailbox m JOIN owner o ON o.id = m.owner WHERE m.id = ?1 AND m.name NOT LIKE char(1) || '%'
            """)
        select.bind(1, id)
        return try infos(select).first
    }

    /// Messages and octets in all mailboxes of all accounts, those that were removed without their mail included.
    public func totals() throws(StoreError) -> (messages: Int, bytes: Int) {
        let sum = try connection.statement(
            "SELECT coalesce(sum(messages), 0), coalesce(sum(bytes), 0) FROM mailbox WHERE name NOT LIKE char(1) || '%'")
        return try sum.first { ($0.int(0), $0.int(1)) } ?? (0, 0)
    }

    /// Subscribed names, in order.
    public func subscriptions(of account: AccountID) throws(StoreError) -> [String] {
        let select = try connection.statement(
            "SELECT s.name FROM subscription s JOIN owner o ON o.id = s.owner WHERE o.account = ?1 ORDER BY s.name")
        select.bind(1, account.octets)
        return try select.all { $0.text(0) }
    }

    private func infos(_ select: HeldStatement) throws(StoreError) -> [MailboxInfo] {
        let found = try select.all { row -> (MailboxInfo, UID)? in
            guard let account = AccountID(octets: row.bytes(11)) else { return nil }
            let info = MailboxInfo(
                id: MailboxID(row.int64(0)), account: account, name: row.text(1), uidValidity: row.uid(2), uidNext: row.uid(3),
                highestModSeq: row.int64(4), messages: row.int(5), unseen: row.int(6), bytes: row.int(7), recent: 0,
                specialUse: SpecialUse(rawValue: row.text(9)), keywords: row.text(10).parts(at: " ").map(String.init))
            return (info, row.uid(8))
        }
        var infos: [MailboxInfo] = []
        for case (var info, let recentFrom)? in found {
            info.recent = try recentCount(info.id, from: max(recentFrom, recent.claimed(info.id) ?? 0), uidNext: info.uidNext)
            infos.append(info)
        }
        return infos
    }

    private func recentCount(_ mailbox: MailboxID, from first: UID, uidNext: UID) throws(StoreError) -> Int {
        guard first < uidNext else { return 0 }
        let count = try connection.statement("SELECT count(*) FROM entry WHERE mailbox = ?1 AND uid >= ?2")
        count.bind(1, mailbox)
        count.bind(2, first)
        return try count.first { $0.int(0) } ?? 0
    }

    // MARK: messages

    /// All UIDs, ascending.
    public func uids(in mailbox: MailboxID) throws -> [UID] {
        let select = try connection.statement("SELECT uid FROM entry WHERE mailbox = ?1 ORDER BY uid")
        select.bind(1, mailbox)
        var uids: [UID] = []
        try select.forEachRow {
            uids.append($0.uid(0))
            return true
        }
        return uids
    }

    /// What happened since `modSeq`; costs what happened, not what is there. Throws `.noSuchMailbox` when it was deleted.
    public func changes(in mailbox: MailboxID, since modSeq: ModSeq) throws(StoreError) -> MailboxChanges {
        guard let info = try self.mailbox(mailbox) else { throw .noSuchMailbox }
        guard info.highestModSeq > modSeq else { return MailboxChanges(vanished: [], changed: [], info: info) }
        let gone = try connection.statement("SELECT uid FROM expunged WHERE mailbox = ?1 AND mod_seq > ?2 ORDER BY uid")
        gone.bind(1, mailbox)
        gone.bind(2, modSeq)
        let changed = try connection.statement(
            "SELECT uid, flags, mod_seq FROM entry INDEXED BY entry_mod_seq WHERE mailbox = ?1 AND mod_seq > ?2 ORDER BY uid")
        changed.bind(1, mailbox)
        changed.bind(2, modSeq)
        return MailboxChanges(
            vanished: try gone.all { $0.uid(0) },
            changed: try changed.all { FlagResult(uid: $0.uid(0), flags: $0.flags(1), modSeq: $0.int64(2)) }, info: info)
    }

    /// Calls `body` for the messages in the range, ascending, until it answers false. `summary`: whether it needs the summaries.
    public func forEachEntry(
        in mailbox: MailboxID, uids: ClosedRange<UID>, summary: Bool, _ body: (borrowing MailboxEntry) throws -> Bool
    ) throws {
        let select = try connection.statement(
            summary
                ? """
                SELECT e.uid, e.flags, e.mod_seq, e.internal_date, m.id, m.size, m.pack, m.offset, m.checksum, m.summary \
                FROM entry e JOIN message m ON m.id = e.message WHERE e.mailbox = ?1 AND e.uid BETWEEN ?2 AND ?3 ORDER BY e.uid
                """
                : """
                SELECT e.uid, e.flags, e.mod_seq, e.internal_date, m.id, m.size, m.pack, m.offset, m.checksum \
                FROM entry e JOIN message m ON m.id = e.message WHERE e.mailbox = ?1 AND e.uid BETWEEN ?2 AND ?3 ORDER BY e.uid
                """)
        select.bind(1, mailbox)
        select.bind(2, uids.lowerBound)
        select.bind(3, uids.upperBound)
        try select.forEachRow { row in
            try body(
                MailboxEntry(
                    uid: row.uid(0), flags: row.flags(1), modSeq: row.int64(2), internalDate: row.int64(3),
                    message: StoredMessage(
                        id: MessageID(row.int64(4)), size: row.int(5), pack: row.int64(6), offset: row.int64(7),
                        checksum: UInt32(truncatingIfNeeded: row.int64(8))),
                    summary: summary ? row.bytes(9) : UnsafeRawBufferPointer(start: nil, count: 0)))
        }
    }

    /// Like ``forEachEntry(in:uids:summary:_:)`` for who needs flags only: half the cost, because no message is looked up.
    public func forEachFlags(in mailbox: MailboxID, uids: ClosedRange<UID>, _ body: (FlagResult) throws -> Bool) throws {
        let select = try connection.statement(
            "SELECT uid, flags, mod_seq FROM entry WHERE mailbox = ?1 AND uid BETWEEN ?2 AND ?3 ORDER BY uid")
        select.bind(1, mailbox)
        select.bind(2, uids.lowerBound)
        select.bind(3, uids.upperBound)
        try select.forEachRow { try body(FlagResult(uid: $0.uid(0), flags: $0.flags(1), modSeq: $0.int64(2))) }
    }

    // MARK: bytes

    /// The octets of a message in the range (clamped to it), valid inside `body`. Read whole, its checksum is proven.
    public func withBytes<R>(of message: StoredMessage, _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        let range = range.clamped(to: 0..<message.size)
        return try withUnsafeTemporaryAllocation(byteCount: range.count, alignment: 16) { buffer in
            if !range.isEmpty { try fill(buffer, with: message, from: range.lowerBound) }
            return try body(UnsafeRawBufferPointer(buffer))
        }
    }

    /// The octets of a message in the range (clamped to it). Read whole, its checksum is proven.
    public func bytes(of message: StoredMessage, _ range: Range<Int>) throws -> ByteBuffer {
        let range = range.clamped(to: 0..<message.size)
        var buffer = ByteBufferAllocator().buffer(capacity: range.count)
        try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { space in
            guard !range.isEmpty else { return 0 }
            try fill(UnsafeMutableRawBufferPointer(rebasing: space[..<range.count]), with: message, from: range.lowerBound)
            return range.count
        }
        return buffer
    }
}

extension StoreSnapshot {
    /// A session may have kept the place of a message that was compacted into another pack since: then it is looked up again.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer, with message: StoredMessage, from offset: Int) throws(StoreError) {
        guard !packs.has(message.pack) else { return try packs.read(message, from: offset, into: buffer) }
        let select = try connection.statement("SELECT pack, offset FROM message WHERE id = ?1")
        select.bind(1, message.id.number)
        let place = try select.first { ($0.int64(0), $0.int64(1)) }
        guard let (pack, start) = place, pack != message.pack else { return try packs.read(message, from: offset, into: buffer) }
        let found = StoredMessage(id: message.id, size: message.size, pack: pack, offset: start, checksum: message.checksum)
        try packs.read(found, from: offset, into: buffer)
    }

    /// Whose mailbox it is, as a record's header names it.
    func owner(of mailbox: MailboxID) throws(StoreError) -> [LocalRecipient] {
        let select = try connection.statement(
            "SELECT o.account, o.address, m.name FROM mailbox m JOIN owner o ON o.id = m.owner WHERE m.id = ?1")
        select.bind(1, mailbox)
        return try select.all { ($0.text(1), $0.text(2), AccountID(octets: $0.bytes(0))) }.compactMap { address, name, account in
            guard let account, let address = MailAddress(address) else { return nil }
            return LocalRecipient(account: account, address: address, mailbox: name)
        }
    }

    /// From which messages are to go that were too many for one commit.
    func mailboxesWithRemovals() throws(StoreError) -> [MailboxID] {
        try connection.statement("SELECT DISTINCT mailbox FROM removal").all { MailboxID($0.int64(0)) }
    }

    /// Out of sight, and not purged yet.
    func deletedMailboxes() throws(StoreError) -> [MailboxID] {
        try connection.statement("SELECT id FROM mailbox WHERE name LIKE char(1) || '%'").all { MailboxID($0.int64(0)) }
    }
}

extension StoreSnapshot {
    /// Messages as they are stored, each once however many mailboxes have it, and their octets.
    public func storedTotals() throws(StoreError) -> (messages: Int, bytes: Int) {
        try connection.statement("SELECT count(*), coalesce(sum(size), 0) FROM message").first { ($0.int(0), $0.int(1)) } ?? (0, 0)
    }
}
