/// Copies messages into another mailbox, all or none. RFC 9051 §6.4.7
struct CopyMessages: StoreVerb {
    let uids: UIDSet
    let source: MailboxID
    let destination: MailboxID

    var needsSpace: Bool { true }

    func execute(in transaction: WriteTransaction) throws(StoreError) -> CopyResult {
        let from = try transaction.mailbox(source)
        let to = try transaction.mailbox(destination)
        var pairs: [CopyResult.Pair] = []
        var modSeq: ModSeq?
        for range in uids.ranges {
            for entry in try transaction.entries(of: source, in: range, limit: .max) {
                if modSeq == nil { modSeq = to.nextModSeq() }
                try transaction.addReference(to: entry.message)
                pairs.append(try transaction.transfer(entry, from: from, to: to, modSeq: modSeq ?? 0))
            }
        }
        return CopyResult(uidValidity: to.uidValidity, pairs: pairs)
    }
}

extension WriteTransaction {
    /// One more entry points to the message.
    func addReference(to message: Int64) throws(StoreError) {
        let count = try statement("UPDATE message SET entries = entries + 1 WHERE id = ?1")
        count.bind(1, message)
        try count.run()
    }

    /// Makes an entry of `to` for the message of an entry of `from`, with the same flags (by name), date and bytes.
    func transfer(_ entry: EntryRow, from: MailboxState, to: MailboxState, modSeq: ModSeq) throws(StoreError) -> CopyResult.Pair {
        var flags = entry.flags.intersection(.system)
        let names = entry.flags.keywordIndexes.compactMap { $0 < from.keywords.count ? from.keywords[$0] : nil }
        flags.formUnion(try to.flags(of: names, creating: true))
        let uid = try to.takeUID()
        try insertEntry(uid, of: entry.message, flags: flags, modSeq: modSeq, internalDate: entry.internalDate, in: to.id)
        to.count(added: flags, bytes: entry.size)
        return CopyResult.Pair(source: entry.uid, destination: uid)
    }
}
