/// Changes flags of messages, a step of at most ``limit`` at a time. RFC 9051 §6.4.6
struct SetFlags: StoreVerb {
    let mailbox: MailboxID
    let uids: UIDSet
    let change: FlagChange
    let keywords: [String]

    static let limit = 1000

    struct Step: Sendable {
        var results: [FlagResult]
        /// What the next step has to do; empty when this was the last.
        var rest: UIDSet
    }

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Step {
        let mailbox = try transaction.mailbox(mailbox)
        let creating: Bool
        if case .remove = change { creating = false } else { creating = true }
        let named = try mailbox.flags(of: keywords, creating: creating)
        let select = try transaction.statement(
            "SELECT uid, flags, mod_seq FROM entry WHERE mailbox = ?1 AND uid BETWEEN ?2 AND ?3 ORDER BY uid LIMIT ?4")
        var results: [FlagResult] = []
        for range in uids.ranges where results.count < Self.limit {
            select.bind(1, mailbox.id)
            select.bind(2, range.lowerBound)
            select.bind(3, range.upperBound)
            select.bind(4, Self.limit - results.count)
            results += try select.all { FlagResult(uid: $0.uid(0), flags: $0.flags(1), modSeq: $0.int64(2)) }
        }
        let update = try transaction.statement("UPDATE entry SET flags = ?3, mod_seq = ?4 WHERE mailbox = ?1 AND uid = ?2")
        var modSeq: ModSeq?
        for index in results.indices {
            let old = results[index].flags
            let new = change.applied(to: old, with: named)
            guard new != old else { continue }
            let taken = modSeq ?? mailbox.nextModSeq()
            modSeq = taken
            update.bind(1, mailbox.id)
            update.bind(2, results[index].uid)
            update.bind(3, new)
            update.bind(4, taken)
            try update.run()
            if old.contains(.seen) != new.contains(.seen) { mailbox.unseen += new.contains(.seen) ? -1 : 1 }
            results[index].flags = new
            results[index].modSeq = taken
        }
        guard let last = results.last, results.count == Self.limit else { return Step(results: results, rest: UIDSet()) }
        return Step(results: results, rest: uids.after(last.uid))
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
