import MailCore

/// Adds a message to one mailbox, with flags and date of the client's choice. RFC 9051 §6.3.12
struct Append: StoreVerb {
    let finished: FinishedMessage
    let mailbox: MailboxID
    let flags: Flags
    let keywords: [String]

    var message: FinishedMessage? { finished }
    var needsSpace: Bool { true }

    func execute(in transaction: WriteTransaction) throws(StoreError) -> AppendResult {
        let mailbox = try transaction.mailbox(mailbox)
        let flags = flags.union(try mailbox.flags(of: keywords, creating: true))
        let stored = try transaction.insertMessage(finished, entries: 1)
        let uid = try mailbox.takeUID()
        try transaction.insertEntry(
            uid, of: stored.id.number, flags: flags, modSeq: mailbox.nextModSeq(), internalDate: finished.header.internalDate,
            in: mailbox.id)
        mailbox.count(added: flags, bytes: stored.size)
        return AppendResult(uidValidity: mailbox.uidValidity, uid: uid)
    }
}
