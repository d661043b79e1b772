/// Moves messages into another mailbox: whoever looks sees each of them in exactly one place. RFC 6851 §3.3
struct MoveMessages: StoreVerb {
    let uids: UIDSet
    let source: MailboxID
    let destination: MailboxID

    func execute(in transaction: WriteTransaction) throws(StoreError) -> CopyResult {
        let from = try transaction.mailbox(source)
        let to = try transaction.mailbox(destination)
        var pairs: [CopyResult.Pair] = []
        var modSeqs: (from: ModSeq, to: ModSeq)?
        for range in uids.ranges {
            for entry in try transaction.entries(of: source, in: range, limit: .max) {
                let (fromModSeq, toModSeq) = modSeqs ?? (from.nextModSeq(), to.nextModSeq())
                modSeqs = (fromModSeq, toModSeq)
                pairs.append(try transaction.transfer(entry, from: from, to: to, modSeq: toModSeq))
                try transaction.removeEntry(entry, from: from, modSeq: fromModSeq, keepsMessage: true)
            }
        }
        return CopyResult(uidValidity: to.uidValidity, pairs: pairs)
    }
}
