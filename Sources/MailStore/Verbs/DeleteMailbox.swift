import MailCore

/// Takes a mailbox out of sight at once. Its messages go in steps (``PurgeMailbox``), so that no giant holds the writer.
/// RFC 9051 §6.3.5
struct DeleteMailbox: StoreVerb {
    let name: String
    let account: AccountID

    func execute(in transaction: WriteTransaction) throws(StoreError) -> MailboxID {
        guard name != "INBOX" else { throw .nameNotAllowed }
        guard let id = try transaction.mailboxID(name, of: account) else { throw .noSuchMailbox }
        _ = try transaction.mailbox(id)
        try Self.hide(id, in: transaction)
        return id
    }

    /// A hidden mailbox has a name that nobody can give: octet 1 and its number. UIDVALIDITY and number are never used again.
    static func hide(_ id: MailboxID, in transaction: WriteTransaction) throws(StoreError) {
        try transaction.namesChanged()
        let hide = try transaction.statement("UPDATE mailbox SET name = char(1) || id, special_use = NULL WHERE id = ?1")
        hide.bind(1, id)
        try hide.run()
    }
}

/// Removes a hidden mailbox's messages, a step at a time, and at last its row. Answers whether it is gone.
struct PurgeMailbox: StoreVerb {
    let mailbox: MailboxID

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Bool {
        let entries = try transaction.entries(of: mailbox, in: 1...UID.max, limit: Expunge.limit)
        for entry in entries {
            let delete = try transaction.statement("DELETE FROM entry WHERE mailbox = ?1 AND uid = ?2")
            delete.bind(1, mailbox)
            delete.bind(2, entry.uid)
            try delete.run()
            try transaction.release(entry.message)
        }
        guard entries.count < Expunge.limit else { return false }
        for sql: StaticString in [
            "DELETE FROM expunged WHERE mailbox = ?1", "DELETE FROM seen WHERE mailbox = ?1", "DELETE FROM rights WHERE mailbox = ?1",
            "DELETE FROM removal WHERE mailbox = ?1",
            "DELETE FROM mailbox WHERE id = ?1 AND name = char(1) || id",
        ] {
            let delete = try transaction.statement(sql)
            delete.bind(1, mailbox)
            try delete.run()
        }
        return true
    }
}
