/// Takes these messages away for ever, whatever their flags, all or none; answers how many of them were still there. RFC 1939 §6
///
/// One transaction, however many they are: a maildrop is either as it was or without them. A thousand rows hold the writer some
/// 10 ms; who empties a giant at once makes others wait for as long.
struct RemoveMessages: StoreVerb {
    let uids: UIDSet
    let mailbox: MailboxID

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Int {
        let mailbox = try transaction.mailbox(mailbox)
        var modSeq: ModSeq?
        var removed = 0
        for range in uids.ranges {
            for entry in try transaction.entries(of: mailbox.id, in: range, limit: .max) {
                let taken = modSeq ?? mailbox.nextModSeq()
                modSeq = taken
                try transaction.removeEntry(entry, from: mailbox, modSeq: taken)
                removed += 1
            }
        }
        return removed
    }
}
