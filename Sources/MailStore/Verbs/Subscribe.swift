import MailCore

/// Puts a name on the account's list of subscriptions, or takes it off; the mailbox need not exist. RFC 9051 §6.3.7, §6.3.8
struct Subscribe: StoreVerb {
    let name: String
    let account: AccountID
    let isSubscribed: Bool

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        let change = try transaction.statement(
            isSubscribed
                ? "INSERT OR IGNORE INTO subscription(owner, name) SELECT id, ?2 FROM owner WHERE account = ?1"
                : "DELETE FROM subscription WHERE owner = (SELECT id FROM owner WHERE account = ?1) AND name = ?2")
        change.bind(1, account.octets)
        change.bind(2, name)
        try change.run()
    }
}
