import MailCore

/// Gives a mailbox and those below it another name. RFC 9051 §6.3.6
struct RenameMailbox: StoreVerb {
    let name: String
    let newName: String
    let account: AccountID

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        guard MailboxName.isAllowed(newName), newName != "INBOX", !newName.utf8.starts(with: "\(name)/".utf8) else {
            throw .nameNotAllowed
        }
        guard try transaction.mailboxID(newName, of: account) == nil else { throw .mailboxExists }
        if name == "INBOX" { return try emptyInbox(transaction) }
        let below = try transaction.statement(
            """
            SELECT m.name FROM mailbox m JOIN owner o ON o.id = m.owner \
            WHERE o.account = ?1 AND (m.name = ?2 OR substr(m.name, 1, length(?2) + 1) = ?2 || '/')
            """)
        below.bind(1, account.octets)
        below.bind(2, name)
        let names = try below.all { $0.text(0) }
        guard !names.isEmpty else { throw .noSuchMailbox }
        for old in names {
            let new = newName + String(decoding: old.utf8.dropFirst(name.utf8.count), as: UTF8.self)
            guard MailboxName.isAllowed(new) else { throw .nameNotAllowed }
            if old != name, try transaction.mailboxID(new, of: account) != nil { throw .mailboxExists }
            if let id = try transaction.mailboxID(old, of: account) { _ = try transaction.mailbox(id) }
        }
        let rename = try transaction.statement(
            """
            UPDATE mailbox SET name = ?3 || substr(name, length(?2) + 1) WHERE owner = (SELECT id FROM owner WHERE account = ?1) \
            AND (name = ?2 OR substr(name, 1, length(?2) + 1) = ?2 || '/')
            """)
        rename.bind(1, account.octets)
        rename.bind(2, name)
        rename.bind(3, newName)
        try rename.run()
        try transaction.namesChanged()
    }

    /// Renaming INBOX moves its messages into a new mailbox and leaves it empty; what is below it stays.
    private func emptyInbox(_ transaction: WriteTransaction) throws(StoreError) {
        guard let inbox = try transaction.mailboxID("INBOX", of: account) else { throw .noSuchMailbox }
        let owner = try transaction.mailbox(inbox).owner
        let destination = try CreateMailbox.insert(newName, owner: owner, specialUse: nil, in: transaction)
        _ = try MoveMessages(uids: UIDSet([1...UID.max]), source: inbox, destination: destination).execute(in: transaction)
    }
}
