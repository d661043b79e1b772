import MailCore

/// Puts a received message into the mailboxes of its recipients, and into the queue for those elsewhere: one record, one commit.
struct Deliver: StoreVerb {
    let finished: FinishedMessage
    let recipients: [LocalRecipient]
    var queue: Enqueue?
    var trace: TraceRow?

    var message: FinishedMessage? { finished }
    var needsSpace: Bool { true }

    @discardableResult
    func execute(in transaction: WriteTransaction) throws(StoreError) -> StoredMessage {
        let stored = try transaction.insertMessage(finished, entries: recipients.count + (queue == nil ? 0 : 1))
        try queue?.execute(stored, in: transaction)
        for recipient in recipients {
            let mailbox = try transaction.mailbox(try destination(of: recipient, in: transaction))
            let uid = try mailbox.takeUID()
            try transaction.insertEntry(
                uid, of: stored.id.number, flags: [], modSeq: mailbox.nextModSeq(), internalDate: finished.header.internalDate,
                in: mailbox.id)
            mailbox.count(added: [], bytes: stored.size)
        }
        try trace?.insert(stored, in: transaction)
        return stored
    }

    /// The mailbox asked for, else INBOX, which is made when the account has none.
    private func destination(of recipient: LocalRecipient, in transaction: WriteTransaction) throws(StoreError) -> MailboxID {
        if let id = try transaction.mailboxID(recipient.mailbox, of: recipient.account) { return id }
        if let id = try transaction.mailboxID("INBOX", of: recipient.account) { return id }
        let owner = try transaction.owner(recipient.account, address: recipient.address)
        return try CreateMailbox.insert("INBOX", owner: owner, specialUse: nil, in: transaction)
    }
}
