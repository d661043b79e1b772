import MailCore

/// Gives an account its INBOX and standard folders (F39), subscribed; what exists stays as it is.
struct Provision: StoreVerb {
    let account: AccountID
    let address: MailAddress
    let folders: [String]

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        let owner = try transaction.owner(account, address: address)
        for name in ["INBOX"] + folders where try transaction.mailboxID(name, of: account) == nil {
            guard MailboxName.isAllowed(name) else { throw .nameNotAllowed }
            _ = try CreateMailbox.insert(name, owner: owner, specialUse: SpecialUse(folder: name), in: transaction)
            try Subscribe(name: name, account: account, isSubscribed: true).execute(in: transaction)
        }
    }
}

/// Takes all mailboxes of an account out of sight; answers which, for purging.
struct RemoveMail: StoreVerb {
    let account: AccountID

    func execute(in transaction: WriteTransaction) throws(StoreError) -> [MailboxID] {
        let select = try transaction.statement(
            """
            SELECT m.id FROM mailbox m JOIN owner o ON o.id = m.owner WHERE o.account = ?1 AND m.name NOT LIKE char(1) || '%'
            """)
        select.bind(1, account.octets)
        let mailboxes = try select.all { MailboxID($0.int64(0)) }
        for id in mailboxes {
            _ = try transaction.mailbox(id)
            try DeleteMailbox.hide(id, in: transaction)
        }
        let unsubscribe = try transaction.statement("DELETE FROM subscription WHERE owner = (SELECT id FROM owner WHERE account = ?1)")
        unsubscribe.bind(1, account.octets)
        try unsubscribe.run()
        return mailboxes
    }
}
