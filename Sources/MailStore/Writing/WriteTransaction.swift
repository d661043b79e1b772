import MailCore

/// What a verb sees while it is executed: statements, mailboxes, and the place of its message. The writer's thread only.
final class WriteTransaction {
    private let connection: IndexConnection
    private var states: [MailboxID: MailboxState] = [:]
    private var identifiers: [MailboxKey: MailboxID] = [:]
    /// Changed by the verb that is being executed.
    private var changing: Set<MailboxID> = []
    /// Changed by verbs that succeeded, for the watchers.
    private(set) var changed: Set<MailboxID> = []
    /// Destinations for which something became due, for the queue's watcher; one that a failed verb named does no harm.
    var queued: Set<Destination> = []
    /// Put into the queue by the verb that is being executed.
    var arriving: [QueuedMessage] = []
    /// Put into the queue by verbs that succeeded.
    private(set) var arrived: [QueuedMessage] = []
    private var packs: [Int64: PackChange] = [:]
    private var packsBefore: [Int64: PackChange] = [:]
    fileprivate(set) var place: StoredMessage?
    /// The highest message id that was ever given, written with the open pack so that it is never given again. No query of its own.
    var newest: MessageID
    /// Whether what happens to messages is written down for those who ask.
    private(set) var keepsTrace = false
    private var lastTraceNumber: Int64 = 0

    private struct MailboxKey: Hashable {
        var account: AccountID
        var name: String
    }

    private struct PackChange {
        var messages = 0
        var live = 0
    }

    init(_ connection: IndexConnection) throws(StoreError) {
        self.connection = connection
        newest = try Self.newestMessage(connection)
    }

    /// The highest message id that the index has ever known, whether the message is still there or not.
    static func newestMessage(_ connection: IndexConnection) throws(StoreError) -> MessageID {
        let found = try connection.statement(
            "SELECT max((SELECT coalesce(max(id), 0) FROM message), (SELECT coalesce(max(newest), 0) FROM pack))"
        ).first { $0.int64(0) }
        return MessageID(found ?? 0)
    }

    func statement(_ sql: StaticString) throws(StoreError) -> HeldStatement { try connection.statement(sql) }

    // MARK: the writer's side

    /// Executes one verb so that a failure undoes it and nothing else.
    func perform(_ verb: PendingVerb) throws(StoreError) {
        place = verb.place
        changing.removeAll(keepingCapacity: true)
        arriving.removeAll(keepingCapacity: true)
        packsBefore = packs
        guard verb.isDurable else {
            _ = verb.execute(in: self)
            return
        }
        try statement("SAVEPOINT verb").run()
        if verb.execute(in: self) {
            try saveMailboxes()
            try statement("RELEASE verb").run()
            changed.formUnion(changing)
            arrived += arriving
        } else {
            try statement("ROLLBACK TO verb").run()
            try statement("RELEASE verb").run()
            packs = packsBefore
            forgetMailboxes()
        }
    }

    /// Writes what concerns packs: their committed ends and what lives in them.
    func savePacks(open: (number: Int64, end: Int64)) throws(StoreError) {
        let upsert = try statement(
            """
            INSERT INTO pack(id, state, bytes, messages, live, newest) VALUES(?1, 0, ?2, ?3, ?4, ?5) \
            ON CONFLICT(id) DO UPDATE SET bytes=max(bytes, ?2), messages=messages+?3, live=live+?4, newest=max(newest, ?5)
            """)
        var packs = packs
        packs[open.number, default: PackChange()].live += 0
        for (number, change) in packs {
            upsert.bind(1, number)
            upsert.bind(2, number == open.number ? open.end : 0)
            upsert.bind(3, change.messages)
            upsert.bind(4, change.live)
            upsert.bind(5, number == open.number ? newest.number : 0)
            try upsert.run()
        }
    }

    func begin(keepsTrace: Bool = false) {
        self.keepsTrace = keepsTrace
        packs.removeAll(keepingCapacity: true)
        changed.removeAll(keepingCapacity: true)
        queued.removeAll(keepingCapacity: true)
        arrived.removeAll(keepingCapacity: true)
    }

    /// The time in microseconds, or a little more: each is given once.
    func nextTraceNumber() -> Int64 {
        lastTraceNumber = max(lastTraceNumber + 1, unixMicroseconds())
        return lastTraceNumber
    }

    /// Nothing that is remembered of mailboxes is believed any more: a verb or a transaction was undone.
    func forgetMailboxes() {
        states.removeAll(keepingCapacity: true)
        identifiers.removeAll(keepingCapacity: true)
    }

    // MARK: mailboxes

    /// The mailbox, marked as touched by this verb.
    func mailbox(_ id: MailboxID) throws(StoreError) -> MailboxState {
        changing.insert(id)
        if let state = states[id] { return state }
        let select = try statement(
            """
            SELECT m.id, m.owner, o.account, m.name, m.uid_validity, m.uid_next, m.mod_seq, m.messages, m.unseen, m.bytes, m.recent_from, \
            m.keywords FROM mailbox m JOIN owner o ON o.id = m.owner WHERE m.id = ?1 AND m.name NOT LIKE char(1) || '%'
            """)
        select.bind(1, id)
        let state = try select.first { row -> MailboxState? in
            AccountID(octets: row.bytes(2)).map { account in
                MailboxState(
                    id: MailboxID(row.int64(0)), owner: row.int64(1), account: account, name: row.text(3), uidValidity: row.uid(4),
                    uidNext: row.uid(5), modSeq: row.int64(6), messages: row.int(7), unseen: row.int(8), bytes: row.int(9),
                    recentFrom: row.uid(10), keywords: row.text(11).parts(at: " ").map(String.init))
            }
        }
        guard let state, let state else { throw .noSuchMailbox }
        // Bounded: what a busy store touches between two clearings, a few hundred octets each.
        if states.count > 20_000 { forgetMailboxes() }
        states[id] = state
        return state
    }

    func mailboxID(_ name: String, of account: AccountID) throws(StoreError) -> MailboxID? {
        let key = MailboxKey(account: account, name: name)
        if let id = identifiers[key] { return id }
        let select = try statement("SELECT m.id FROM mailbox m JOIN owner o ON o.id = m.owner WHERE o.account = ?1 AND m.name = ?2")
        select.bind(1, account.octets)
        select.bind(2, name)
        guard let id = try select.first({ MailboxID($0.int64(0)) }) else { return nil }
        identifiers[key] = id
        return id
    }

    /// Names changed: what was remembered of them is not true any more. Counters that were not saved would be lost, so they are.
    func namesChanged() throws(StoreError) {
        try saveMailboxes()
        forgetMailboxes()
    }

    /// Writes the rows of the mailboxes that the verb has changed.
    func saveMailboxes() throws(StoreError) {
        for id in changing { if let state = states[id], state.isChanged { try save(state) } }
    }

    // MARK: messages

    /// Adds the message's row; its bytes lie where the writer put them.
    func insertMessage(_ message: FinishedMessage, entries: Int) throws(StoreError) -> StoredMessage {
        guard let place else { preconditionFailure("a verb with a message is executed after its bytes have a place") }
        try insertMessage(place, arrival: message.incoming.arrival, entries: entries, summary: message.summary)
        return place
    }

    /// Adds a message's row for bytes that lie in a pack.
    func insertMessage(_ message: StoredMessage, arrival: Int64, entries: Int, summary: [UInt8]) throws(StoreError) {
        let insert = try statement(
            "INSERT INTO message(id, pack, offset, size, checksum, arrival, entries, summary) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        insert.bind(1, message.id.number)
        insert.bind(2, message.pack)
        insert.bind(3, message.offset)
        insert.bind(4, message.size)
        insert.bind(5, Int64(message.checksum))
        insert.bind(6, arrival)
        insert.bind(7, entries)
        insert.bind(8, summary)
        try insert.run()
        if message.id.number > newest.number { newest = message.id }
        packs[message.pack, default: PackChange()].messages += 1
        packs[message.pack, default: PackChange()].live += message.size
    }

    /// The message's bytes lie where the writer has just put them, and no longer in pack `from`.
    func relocate(_ message: MessageID, from pack: Int64) throws(StoreError) {
        guard let place else { preconditionFailure("a verb with a message is executed after its bytes have a place") }
        let update = try statement("UPDATE message SET pack = ?3, offset = ?4 WHERE id = ?1 AND pack = ?2")
        update.bind(1, message.number)
        update.bind(2, pack)
        update.bind(3, place.pack)
        update.bind(4, place.offset)
        guard try update.run() > 0 else { return }
        for (number, sign) in [(pack, -1), (place.pack, 1)] {
            packs[number, default: PackChange()].messages += sign
            packs[number, default: PackChange()].live += sign * place.size
        }
    }

    func insertEntry(_ uid: UID, of message: Int64, flags: Flags, modSeq: ModSeq, internalDate: Int64, in mailbox: MailboxID)
        throws(StoreError)
    {
        let insert = try statement(
            "INSERT INTO entry(mailbox, uid, message, flags, mod_seq, internal_date) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
        insert.bind(1, mailbox)
        insert.bind(2, uid)
        insert.bind(3, message)
        insert.bind(4, flags)
        insert.bind(5, modSeq)
        insert.bind(6, internalDate)
        try insert.run()
    }

    /// Takes an entry away and writes it into the history. The message goes when it was its last.
    func removeEntry(_ entry: EntryRow, from mailbox: MailboxState, modSeq: ModSeq, keepsMessage: Bool = false) throws(StoreError) {
        let delete = try statement("DELETE FROM entry WHERE mailbox = ?1 AND uid = ?2")
        delete.bind(1, mailbox.id)
        delete.bind(2, entry.uid)
        try delete.run()
        let note = try statement("INSERT INTO expunged(mailbox, mod_seq, uid) VALUES(?1, ?2, ?3)")
        note.bind(1, mailbox.id)
        note.bind(2, modSeq)
        note.bind(3, entry.uid)
        try note.run()
        mailbox.count(removed: entry.flags, bytes: entry.size)
        if !keepsMessage { try release(entry.message) }
    }

    /// One entry fewer points to the message; the last one takes it along.
    func release(_ message: Int64) throws(StoreError) {
        let delete = try statement("DELETE FROM message WHERE id = ?1 AND entries <= 1 RETURNING pack, size")
        delete.bind(1, message)
        guard let (pack, size) = try delete.first({ ($0.int64(0), $0.int(1)) }) else {
            let count = try statement("UPDATE message SET entries = entries - 1 WHERE id = ?1")
            count.bind(1, message)
            try count.run()
            return
        }
        packs[pack, default: PackChange()].messages -= 1
        packs[pack, default: PackChange()].live -= size
    }

    /// Entries of the mailbox from `range`, ascending, at most `limit`.
    func entries(of mailbox: MailboxID, in range: ClosedRange<UID>, limit: Int) throws(StoreError) -> [EntryRow] {
        let select = try statement(
            """
            SELECT e.uid, e.message, e.flags, e.internal_date, m.size FROM entry e JOIN message m ON m.id = e.message \
            WHERE e.mailbox = ?1 AND e.uid BETWEEN ?2 AND ?3 ORDER BY e.uid LIMIT ?4
            """)
        select.bind(1, mailbox)
        select.bind(2, range.lowerBound)
        select.bind(3, range.upperBound)
        select.bind(4, limit)
        return try select.all { EntryRow($0) }
    }

    /// The owner's row, made when it is missing.
    func owner(_ account: AccountID, address: MailAddress) throws(StoreError) -> Int64 {
        let upsert = try statement(
            """
            INSERT INTO owner(account, address) VALUES(?1, ?2) \
            ON CONFLICT(account) DO UPDATE SET address = excluded.address RETURNING id
            """)
        upsert.bind(1, account.octets)
        upsert.bind(2, address.description)
        guard let id = try upsert.first({ $0.int64(0) }) else { throw .unavailable("the index did not make an owner") }
        return id
    }

    /// A UIDVALIDITY that no mailbox of this store ever had: the clock, or one more than the last. RFC 9051 §2.3.1.1
    func newUIDValidity() throws(StoreError) -> UInt32 {
        let last = try statement("SELECT value FROM meta WHERE key = 'uid_validity'").first { $0.int64(0) } ?? 0
        let next = UInt32(clamping: max(unixMicroseconds() / 1_000_000, last + 1))
        let keep = try statement("INSERT INTO meta(key, value) VALUES('uid_validity', ?1) ON CONFLICT(key) DO UPDATE SET value = ?1")
        keep.bind(1, Int64(next))
        try keep.run()
        return next
    }

    private func save(_ state: MailboxState) throws(StoreError) {
        let update = try statement(
            """
            UPDATE mailbox SET uid_next = ?2, mod_seq = ?3, messages = ?4, unseen = ?5, bytes = ?6, recent_from = ?7, keywords = ?8 \
            WHERE id = ?1
            """)
        update.bind(1, state.id)
        update.bind(2, state.uidNext)
        update.bind(3, state.modSeq)
        update.bind(4, state.messages)
        update.bind(5, state.unseen)
        update.bind(6, state.bytes)
        update.bind(7, state.recentFrom)
        update.bind(8, state.keywords.joined(separator: " "))
        try update.run()
        state.isChanged = false
    }
}

/// A message in a mailbox as verbs handle it.
struct EntryRow {
    var uid: UID
    var message: Int64
    var flags: Flags
    var internalDate: Int64
    var size: Int

    /// From the columns uid, message, flags, internal date, size.
    init(_ row: borrowing HeldStatement.Row) {
        uid = row.uid(0)
        message = row.int64(1)
        flags = row.flags(2)
        internalDate = row.int64(3)
        size = row.int(4)
    }
}
