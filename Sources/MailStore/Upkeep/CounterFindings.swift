import MailCore

/// Counters and references against what they count, each table gone through once and nothing sorted: what a check needs of memory does
/// not grow with the mail.
extension StoreSnapshot {
    /// Counters and references that are not what counting gives.
    func counterFindings() throws(StoreError) -> [String] {
        var findings: [String] = []
        let entries = try countedEntries()
        var homeless = entries.mailboxes
        let mailboxes = try connection.statement("SELECT id, messages, unseen, bytes, name LIKE char(1) || '%' FROM mailbox").all {
            (id: $0.int64(0), counts: MailboxCount(messages: $0.int(1), unseen: $0.int(2), bytes: $0.int(3)), isDeleted: $0.int(4) != 0)
        }
        for mailbox in mailboxes {
            let found = homeless.removeValue(forKey: mailbox.id) ?? MailboxCount()
            guard !mailbox.isDeleted, found != mailbox.counts else { continue }
            findings.append("Mailbox \(mailbox.id) counts \(mailbox.counts) and has \(found).")
        }
        let lost = homeless.values.reduce(0) { $0 + $1.messages }
        if lost > 0 { findings.append("\(lost) entries lie in no mailbox.") }
        if entries.astray > 0 { findings.append("\(entries.astray) entries point to no message.") }
        if try countedReferences(entries.weigher) != entries.weight {
            findings.append("\(try miscountedMessages()) messages count their entries wrong.")
        }
        let queued = try connection.statement(
            """
            SELECT (SELECT count(*) FROM queued q LEFT JOIN message m ON m.id = q.message WHERE m.id IS NULL) \
            + (SELECT count(*) FROM queued q WHERE q.open != \
            (SELECT count(*) FROM queued_recipient r WHERE r.message = q.message AND r.state < 3))
            """
        ).first { $0.int(0) }
        if let queued, queued > 0 { findings.append("\(queued) messages in the queue have no bytes or count their recipients wrong.") }
        return findings
    }

    private struct CountedEntries {
        var mailboxes: [Int64: MailboxCount] = [:]
        /// Entries that point to no message.
        var astray = 0
        let weigher = Weigher()
        /// Of all messages that are pointed to, as often as they are.
        var weight: UInt64 = 0
    }

    private func countedEntries() throws(StoreError) -> CountedEntries {
        var counted = CountedEntries()
        // They come by mailbox.
        var mailbox: Int64?
        var count = MailboxCount()
        let entries = try connection.statement(
            "SELECT e.mailbox, e.message, e.flags & 1, m.size FROM entry e LEFT JOIN message m ON m.id = e.message ORDER BY e.mailbox, e.uid"
        )
        try entries.each { row in
            if row.int64(0) != mailbox {
                if let mailbox { counted.mailboxes[mailbox] = count }
                mailbox = row.int64(0)
                count = MailboxCount()
            }
            count.messages += 1
            count.unseen += 1 - row.int(2)
            guard !row.isNull(3) else {
                counted.astray += 1
                return true
            }
            // What a damaged index calls a size may be any number.
            count.bytes &+= row.int(3)
            counted.weight &+= counted.weigher.weight(of: row.int64(1))
            return true
        }
        if let mailbox { counted.mailboxes[mailbox] = count }
        try connection.statement("SELECT q.message FROM queued q JOIN message m ON m.id = q.message").each { row in
            counted.weight &+= counted.weigher.weight(of: row.int64(0))
            return true
        }
        return counted
    }

    /// What the messages that are pointed to weigh if each is right about how often it is.
    private func countedReferences(_ weigher: Weigher) throws(StoreError) -> UInt64 {
        var weight: UInt64 = 0
        try connection.statement("SELECT id, entries FROM message").each { row in
            weight &+= weigher.weight(of: row.int64(0)) &* UInt64(bitPattern: row.int64(1))
            return true
        }
        return weight
    }

    /// How many count wrong. This sorts all entries, and is asked when there are some.
    private func miscountedMessages() throws(StoreError) -> Int {
        try connection.statement(
            """
            SELECT count(*) FROM message m LEFT JOIN (SELECT message, count(*) AS found FROM entry GROUP BY message) e \
            ON e.message = m.id LEFT JOIN queued q ON q.message = m.id \
            WHERE m.entries != coalesce(e.found, 0) + (q.message IS NOT NULL)
            """
        ).first { $0.int(0) } ?? 0
    }
}

/// What a mailbox counts: messages, those without `\Seen`, octets.
private struct MailboxCount: Equatable, CustomStringConvertible {
    var messages = 0
    var unseen = 0
    var bytes = 0

    var description: String { "\(messages)/\(unseen)/\(bytes)" }
}

/// Gives each message a weight that nobody can guess. Two lists of messages in any order, each as often as it may be in it, weigh the same
/// when they are the same; that others do is less likely than one in 10^15.
private struct Weigher {
    private let secret = UInt64.random(in: .min ... .max)

    /// The secret and the id, mixed until each bit of them turns every bit of this with a probability of one half.
    func weight(of message: Int64) -> UInt64 {
        var bits = UInt64(bitPattern: message) ^ secret
        for _ in 0..<3 {
            bits = (bits ^ (bits >> 32)) &* 0x9E37_79B9_7F4A_7C15
            bits ^= bits >> 29
        }
        return bits &+ secret
    }
}
