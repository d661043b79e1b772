public import MailCore

/// Which recipients of the queue are meant. What is not said matches all.
public struct QueueFilter: Hashable, Sendable {
    public var message: MessageID?
    /// Parts of the texts, compared without the case of ASCII letters.
    public var sender: String?
    public var recipient: String?
    public var reason: String?
    /// A whole domain.
    public var domain: String?
    public var states: Set<QueueState>
    /// None but these.
    public var only: Set<Int64>?
    /// In the queue since before this moment.
    public var before: QueueTime?

    public init(
        message: MessageID? = nil, sender: String? = nil, recipient: String? = nil, reason: String? = nil, domain: String? = nil,
        states: Set<QueueState> = Set(QueueState.allCases), only: Set<Int64>? = nil, before: QueueTime? = nil
    ) {
        self.message = message
        self.sender = sender
        self.recipient = recipient
        self.reason = reason
        self.domain = domain
        self.states = states
        self.only = only
        self.before = before
    }

    fileprivate func matches(_ message: QueuedMessage, _ recipient: QueuedRecipient) -> Bool {
        guard states.contains(recipient.state), only?.contains(recipient.id) ?? true, before.map({ message.arrival < $0 }) ?? true else {
            return false
        }
        if let domain, recipient.address.domain.name != domain.lowercased() { return false }
        return Self.holds(message.sender.description, sender) && Self.holds(recipient.address.description, self.recipient)
            && Self.holds(recipient.last.map { "\($0.status) \($0.words) \($0.remote)" } ?? "", reason)
    }

    private static func holds(_ text: String, _ part: String?) -> Bool {
        guard let part, !part.isEmpty else { return true }
        return text.asciiLowercased.contains(part.asciiLowercased)
    }
}

/// A part of the queue, by message.
public struct QueuePage: Sendable {
    public var messages: [QueuedMessage]
    /// Where the next page begins; `nil` after the last.
    public var next: Int64?
}

extension StoreSnapshot {
    /// What matches among the recipients from `after` on, in the order in which they came. A page may be empty and not the last: it
    /// looks at a bounded part of the queue, so that no read takes long.
    public func queue(_ filter: QueueFilter, after: Int64 = 0, limit: Int = 200) throws(StoreError) -> QueuePage {
        let window = 2000
        let rows =
            filter.message == nil
            ? try connection.statement(
                """
                SELECT r.id, r.message, r.address, r.destination, r.notify, r.original, r.state, r.due, r.tries, r.told, r.status, r.remote, \
                r.words, r.is_reply, q.sender, q.flags, q.returns, q.envelope_id, q.submitter, q.arrival, m.size, m.pack, m.offset, m.checksum, \
                r.security \
                FROM queued_recipient r JOIN queued q ON q.message = r.message JOIN message m ON m.id = r.message \
                WHERE r.id > ?1 ORDER BY r.id LIMIT ?2
                """)
            : try connection.statement(
                """
                SELECT r.id, r.message, r.address, r.destination, r.notify, r.original, r.state, r.due, r.tries, r.told, r.status, r.remote, \
                r.words, r.is_reply, q.sender, q.flags, q.returns, q.envelope_id, q.submitter, q.arrival, m.size, m.pack, m.offset, m.checksum, \
                r.security \
                FROM queued_recipient r JOIN queued q ON q.message = r.message JOIN message m ON m.id = r.message \
                WHERE r.message = ?3 AND r.id > ?1 ORDER BY r.id LIMIT ?2
                """)
        rows.bind(1, after)
        rows.bind(2, window)
        if let message = filter.message { rows.bind(3, message.number) }
        var gathered = QueueGathering()
        var seen = 0
        var last = after
        try rows.each { row in
            seen += 1
            last = row.int64(0)
            guard let (message, recipient) = QueueRow.read(row), filter.matches(message, recipient) else { return true }
            gathered.add(recipient, of: message)
            return gathered.count < limit
        }
        return QueuePage(messages: gathered.messages, next: gathered.count == limit || seen == window ? last : nil)
    }

    /// How many recipients are in each state.
    public func queueCounts() throws(StoreError) -> [QueueState: Int] {
        let counts = try connection.statement("SELECT state, count(*) FROM queued_recipient GROUP BY state").all {
            ($0.int(0), $0.int(1))
        }
        return Dictionary(uniqueKeysWithValues: counts.compactMap { state, count in QueueState(rawValue: state).map { ($0, count) } })
    }

    /// Messages in the queue.
    public func queuedMessages() throws(StoreError) -> Int {
        try connection.statement("SELECT count(*) FROM queued").first { $0.int(0) } ?? 0
    }

    /// Destinations behind `after`, by name, with the time when the first of their recipients is due: one step into the index for each,
    /// however many messages wait for it.
    public func queueDestinations(after: Destination?, limit: Int) throws(StoreError) -> [(destination: Destination, due: QueueTime)] {
        let step = try connection.statement(
            """
            SELECT destination, due FROM queued_recipient INDEXED BY queued_recipient_due WHERE state < 2 AND destination > ?1 \
            ORDER BY destination, due LIMIT 1
            """)
        var found: [(Destination, QueueTime)] = []
        var key = after?.key ?? ""
        while found.count < limit {
            step.bind(1, key)
            guard let next = try step.first({ ($0.text(0), QueueTime(milliseconds: $0.int64(1))) }) else { break }
            found.append((Destination(key: next.0), next.1))
            key = next.0
        }
        return found
    }

    /// What is due for the destination and not among `leased`, oldest due first, grouped by message.
    func dueRecipients(_ destination: Destination, at now: QueueTime, without leased: Set<Int64>, limit: Int) throws(StoreError)
        -> [QueuedMessage]
    {
        let rows = try connection.statement(
            """
            SELECT r.id, r.message, r.address, r.destination, r.notify, r.original, r.state, r.due, r.tries, r.told, r.status, r.remote, \
            r.words, r.is_reply, q.sender, q.flags, q.returns, q.envelope_id, q.submitter, q.arrival, m.size, m.pack, m.offset, m.checksum, \
            r.security \
            FROM queued_recipient r INDEXED BY queued_recipient_due JOIN queued q ON q.message = r.message \
            JOIN message m ON m.id = r.message WHERE r.state < 2 AND r.destination = ?1 AND r.due <= ?2 ORDER BY r.due, r.message
            """)
        rows.bind(1, destination.key)
        rows.bind(2, now.milliseconds)
        var gathered = QueueGathering()
        try rows.each { row in
            guard !leased.contains(row.int64(0)), let (message, recipient) = QueueRow.read(row) else { return true }
            gathered.add(recipient, of: message)
            return gathered.count < limit
        }
        return gathered.messages
    }

    /// What time it was for the queue when that was written down last.
    func keptQueueTime() throws(StoreError) -> (time: QueueTime, wall: Int64)? { try Self.keptQueueTime(connection) }

    static func keptQueueTime(_ connection: IndexConnection) throws(StoreError) -> (time: QueueTime, wall: Int64)? {
        guard let time = try connection.statement("SELECT value FROM meta WHERE key = 'queue_time'").first({ $0.int64(0) }),
            let wall = try connection.statement("SELECT value FROM meta WHERE key = 'queue_wall'").first({ $0.int64(0) })
        else { return nil }
        return (QueueTime(milliseconds: time), wall)
    }
}

/// Recipients as they come, put together by message.
private struct QueueGathering {
    private(set) var messages: [QueuedMessage] = []
    private(set) var count = 0
    private var places: [MessageID: Int] = [:]

    mutating func add(_ recipient: QueuedRecipient, of message: QueuedMessage) {
        count += 1
        if let place = places[message.id] {
            messages[place].recipients.append(recipient)
        } else {
            places[message.id] = messages.count
            var message = message
            message.recipients = [recipient]
            messages.append(message)
        }
    }
}

/// The columns of the statements above, in their order.
private enum QueueRow {
    /// `nil` when an address is none any more, which no verb writes.
    static func read(_ row: borrowing HeldStatement.Row) -> (QueuedMessage, QueuedRecipient)? {
        guard let address = MailAddress(row.text(2)), let state = QueueState(rawValue: row.int(6)) else { return nil }
        let id = MessageID(row.int64(1))
        let last = EnhancedStatus(row.text(10)).map {
            TryOutcome(
                status: $0, remote: row.text(11), words: row.text(12), isReply: row.int(13) == 1, security: SessionSecurity(row.text(24)))
        }
        let recipient = QueuedRecipient(
            id: row.int64(0), message: id, address: address, destination: Destination(key: row.text(3)),
            notify: NotifySet(rawValue: row.int(4)), original: row.text(5), state: state, due: QueueTime(milliseconds: row.int64(7)),
            tries: row.int(8), isDelayTold: row.int(9) == 1, last: last)
        let message = QueuedMessage(
            stored: StoredMessage(
                id: id, size: row.int(20), pack: row.int64(21), offset: row.int64(22), checksum: UInt32(truncatingIfNeeded: row.int64(23))),
            sender: MailAddress(row.text(14)).map(ReversePath.address) ?? .nobody, isUTF8: row.int(15) & 1 != 0,
            is8Bit: row.int(15) & 2 != 0,
            returns: ReturnedContent(rawValue: row.int(16)) ?? .unsaid, envelopeID: row.text(17),
            submitter: AccountID(octets: row.bytes(18)),
            arrival: QueueTime(milliseconds: row.int64(19)), recipients: [])
        return (message, recipient)
    }
}
