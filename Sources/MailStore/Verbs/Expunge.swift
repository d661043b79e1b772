/// Takes messages with `\Deleted` away for ever, a step of at most ``limit`` at a time. RFC 9051 §6.4.3
struct Expunge: StoreVerb {
    let mailbox: MailboxID
    /// Only messages in here.
    let uids: UIDSet

    /// So that nobody waits long for the writer behind a giant: a thousand rows take it some 10 ms.
    static let limit = 1000

    struct Step: Sendable {
        var expunged: [UID]
        /// What the next step has to look at; empty when this was the last.
        var rest: UIDSet
    }

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Step {
        let mailbox = try transaction.mailbox(mailbox)
        let select = try transaction.statement(
            """
            SELECT e.uid, e.message, e.flags, e.internal_date, m.size FROM entry e JOIN message m ON m.id = e.message \
            WHERE e.mailbox = ?1 AND e.uid BETWEEN ?2 AND ?3 AND e.flags & 8 ORDER BY e.uid LIMIT ?4
            """)
        var entries: [EntryRow] = []
        for range in uids.ranges where entries.count < Self.limit {
            select.bind(1, mailbox.id)
            select.bind(2, range.lowerBound)
            select.bind(3, range.upperBound)
            select.bind(4, Self.limit - entries.count)
            entries += try select.all { EntryRow($0) }
        }
        guard let last = entries.last else { return Step(expunged: [], rest: UIDSet()) }
        let modSeq = mailbox.nextModSeq()
        for entry in entries { try transaction.removeEntry(entry, from: mailbox, modSeq: modSeq) }
        return Step(expunged: entries.map(\.uid), rest: entries.count < Self.limit ? UIDSet() : uids.after(last.uid))
    }
}
