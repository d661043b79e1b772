public import MailCore

/// A part of what is remembered.
public struct TracePage: Sendable {
    /// Newest first.
    public var messages: [TracedMessage]
    /// Where the next page begins; `nil` after the oldest.
    public var next: MessageID?
}

extension StoreSnapshot {
    /// One message by its id; `nil` when nothing is remembered of it.
    public func trace(of message: MessageID) throws(StoreError) -> TracedMessage? {
        let select = try connection.statement(
            """
            SELECT message, sender, recipients, accounts, elsewhere, peer, helo, transport, cipher, submitter, message_id, size, about \
            FROM trace WHERE message = ?1
            """)
        select.bind(1, message.number)
        guard let found = try select.first({ TraceColumns($0) }) else { return nil }
        return found.message(try events(of: message))
    }

    /// Messages before `before` that have this Message-ID, or the address among their sender, recipients and submitter, without the case of
    /// ASCII letters. A page looks at a bounded part of what is kept, so that no read takes long; it may be empty and not the last.
    public func traces(of word: String, before: MessageID?, limit: Int) throws(StoreError) -> TracePage {
        guard !word.isEmpty else { return TracePage(messages: [], next: nil) }
        let window = 5000
        let select = try connection.statement(
            """
            SELECT message, sender, recipients, accounts, elsewhere, peer, helo, transport, cipher, submitter, message_id, size, about \
            FROM trace WHERE message < ?1 ORDER BY message DESC LIMIT ?2
            """)
        select.bind(1, before?.number ?? .max)
        select.bind(2, window)
        let wanted = word.asciiLowercased
        let bracketed = wanted.hasPrefix("<") ? wanted : "<\(wanted)>"
        var found: [TraceColumns] = []
        var seen = 0
        var last: Int64 = 0
        try select.each { row in
            seen += 1
            last = row.int64(0)
            if TraceColumns.matches(row, wanted, bracketed) { found.append(TraceColumns(row)) }
            return found.count < limit
        }
        var messages: [TracedMessage] = []
        for columns in found { messages.append(columns.message(try events(of: columns.id))) }
        return TracePage(messages: messages, next: found.count == limit || seen == window ? MessageID(last) : nil)
    }

    /// What the index knows of a message now, whether it is traced or not.
    public func whereabouts(of message: MessageID) throws(StoreError) -> MessageWhereabouts {
        let row = try connection.statement("SELECT size FROM message WHERE id = ?1")
        row.bind(1, message.number)
        guard let size = try row.first({ $0.int(0) }) else { return MessageWhereabouts(size: nil, places: [], queued: []) }
        // The entries of a mailbox are in the order of their UIDs: this looks through all, which an operator's question is worth.
        let select = try connection.statement(
            """
            SELECT o.address, m.name FROM entry e JOIN mailbox m ON m.id = e.mailbox JOIN owner o ON o.id = m.owner \
            WHERE e.message = ?1 AND m.name NOT LIKE char(1) || '%' ORDER BY o.address, m.name LIMIT 1000
            """)
        select.bind(1, message.number)
        let places = try select.all { MessageWhereabouts.Place(account: $0.text(0), mailbox: $0.text(1)) }
        let queued = try queue(QueueFilter(message: message), limit: 1000).messages.flatMap(\.recipients)
        return MessageWhereabouts(size: size, places: places, queued: queued)
    }

    /// The first thousand, in their order.
    private func events(of message: MessageID) throws(StoreError) -> [TraceEvent] {
        let select = try connection.statement(
            "SELECT number, kind, recipient, status, remote, words FROM trace_event WHERE message = ?1 ORDER BY number LIMIT 1000")
        select.bind(1, message.number)
        return try select.all { row in
            TraceEvent.Kind(rawValue: row.int(1)).map { kind in
                TraceEvent(
                    time: row.int64(0), kind: kind, recipient: row.text(2), status: row.text(3), remote: row.text(4), words: row.text(5))
            }
        }.compactMap(\.self)
    }
}

/// The columns of the statements above.
private struct TraceColumns {
    let id: MessageID
    private let origin: MessageOrigin
    private let accounts: [String]
    private let elsewhere: [String]
    private let messageID: String
    private let size: Int

    init(_ row: borrowing HeldStatement.Row) {
        func lines(_ column: Int32) -> [String] { row.text(column).parts(at: "\n").map(String.init) }
        id = MessageID(row.int64(0))
        accounts = lines(3)
        elsewhere = lines(4)
        let named = lines(2)
        let about = row.int64(12)
        origin = MessageOrigin(
            sender: MailAddress(row.text(1)).map(ReversePath.address) ?? .nobody,
            recipients: named.isEmpty ? (accounts.isEmpty ? elsewhere : accounts) : named, peer: row.text(5), helo: row.text(6),
            transport: row.text(7), cipher: row.text(8), submitter: row.text(9), about: about == 0 ? nil : MessageID(about))
        messageID = row.text(10)
        size = row.int(11)
    }

    func message(_ events: [TraceEvent]) -> TracedMessage {
        TracedMessage(
            id: id, origin: origin, accounts: accounts, elsewhere: elsewhere, messageID: messageID, size: size, events: events)
    }

    /// Looks at the octets where they lie: most rows are passed over.
    static func matches(_ row: borrowing HeldStatement.Row, _ word: String, _ messageID: String) -> Bool {
        if row.bytes(10).equalsIgnoringCase(messageID.utf8) { return true }
        for column in [1, 9, 2, 3, 4] as [Int32] {
            let text = row.bytes(column)
            if text.count == word.utf8.count {
                if text.equalsIgnoringCase(word.utf8) { return true }
            } else if text.count > word.utf8.count, text.split(separator: 10).contains(where: { $0.equalsIgnoringCase(word.utf8) }) {
                return true
            }
        }
        return false
    }
}
