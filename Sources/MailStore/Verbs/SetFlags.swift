/// Changes flags of messages, a step of at most ``limit`` at a time. RFC 9051 §6.4.6
struct SetFlags: StoreVerb {
    let mailbox: MailboxID
    let range: ClosedRange<UID>
    let change: FlagChange
    let keywords: [String]

    static let limit = 1000

    struct Step: Sendable {
        var results: [FlagResult]
        /// Where the next step begins; `nil` when this was the last.
        var next: UID?
    }

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Step {
        let mailbox = try transaction.mailbox(mailbox)
        let creating: Bool
        if case .remove = change { creating = false } else { creating = true }
        let named = try mailbox.flags(of: keywords, creating: creating)
        let select = try transaction.statement(
            "SELECT uid, flags, mod_seq FROM entry WHERE mailbox = ?1 AND uid BETWEEN ?2 AND ?3 ORDER BY uid LIMIT ?4")
        select.bind(1, mailbox.id)
        select.bind(2, range.lowerBound)
        select.bind(3, range.upperBound)
        select.bind(4, Self.limit)
        var results = try select.all { FlagResult(uid: $0.uid(0), flags: $0.flags(1), modSeq: $0.int64(2)) }
        var modSeq: ModSeq?
        for index in results.indices {
            let old = results[index].flags
            let new = change.applied(to: old, with: named)
            guard new != old else { continue }
            let taken = modSeq ?? mailbox.nextModSeq()
            modSeq = taken
            let update = try transaction.statement("UPDATE entry SET flags = ?3, mod_seq = ?4 WHERE mailbox = ?1 AND uid = ?2")
            update.bind(1, mailbox.id)
            update.bind(2, results[index].uid)
            update.bind(3, new)
            update.bind(4, taken)
            try update.run()
            if old.contains(.seen) != new.contains(.seen) { mailbox.unseen += new.contains(.seen) ? -1 : 1 }
            results[index].flags = new
            results[index].modSeq = taken
        }
        let last = results.last?.uid ?? range.upperBound
        return Step(results: results, next: results.count == Self.limit && last < range.upperBound ? last + 1 : nil)
    }
}

extension FlagChange {
    fileprivate func applied(to old: Flags, with named: Flags) -> Flags {
        switch self {
        case .add(let flags): old.union(flags).union(named)
        case .remove(let flags): old.subtracting(flags).subtracting(named)
        case .replace(let flags): flags.union(named)
        }
    }
}
