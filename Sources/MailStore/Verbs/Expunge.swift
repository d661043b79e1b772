/// Takes messages with `\Deleted` away for ever, a step of at most ``limit`` at a time. RFC 9051 §6.4.3
struct Expunge: StoreVerb {
    let mailbox: MailboxID
    /// Only messages in here.
    let range: ClosedRange<UID>

    /// So that nobody waits long for the writer behind a giant: a thousand rows take it some 10 ms.
    static let limit = 1000

    struct Step: Sendable {
        var expunged: [UID]
        /// Where the next step begins; `nil` when this was the last.
        var next: UID?
    }

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Step {
        let mailbox = try transaction.mailbox(mailbox)
        let select = try transaction.statement(
            """
            SELECT e.uid, e.message, e.flags, e.internal_date, m.size FROM entry e JOIN message m ON m.id = e.message \
            WHERE e.mailbox = ?1 AND e.uid BETWEEN ?2 AND ?3 AND e.flags & 8 ORDER BY e.uid LIMIT ?4
            """)
        select.bind(1, mailbox.id)
        select.bind(2, range.lowerBound)
        select.bind(3, range.upperBound)
        select.bind(4, Self.limit)
        let entries = try select.all {
            EntryRow(uid: $0.uid(0), message: $0.int64(1), flags: $0.flags(2), internalDate: $0.int64(3), size: $0.int(4))
        }
        guard !entries.isEmpty else { return Step(expunged: [], next: nil) }
        let modSeq = mailbox.nextModSeq()
        for entry in entries { try transaction.removeEntry(entry, from: mailbox, modSeq: modSeq) }
        let last = entries[entries.count - 1].uid
        return Step(expunged: entries.map(\.uid), next: entries.count == Self.limit && last < range.upperBound ? last + 1 : nil)
    }
}
