import MailCore
import MailStore
import SMTPWire
import StateStore

/// A sender and the recipients that were accepted for it. RFC 5321 §3.3
struct Transaction {
    let sender: ReversePath
    /// The peer said SMTPUTF8. RFC 6531 §3.4
    let isUTF8: Bool
    /// Who has logged in and hands the message in; `nil` for mail from elsewhere.
    let submitter: Account?
    /// How many RCPT were accepted; two of the same address are two.
    private(set) var recipientCount = 0
    /// The first of them, as the peer wrote it.
    private(set) var firstRecipient: ForwardPath?
    /// Whose mailboxes the message goes to, each once.
    private(set) var mailboxes: [LocalRecipient] = []
    private var known: Set<AccountID> = []

    init(sender: ReversePath, isUTF8: Bool, submitter: Account?) {
        self.sender = sender
        self.isUTF8 = isUTF8
        self.submitter = submitter
    }

    mutating func add(_ recipient: ForwardPath, reaching accounts: [Account]) {
        if recipientCount == 0 { firstRecipient = recipient }
        recipientCount += 1
        for account in accounts where known.insert(account.id).inserted {
            mailboxes.append(LocalRecipient(account: account.id, address: account.address))
        }
    }
}
