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
    /// The peer said BODY=8BITMIME. RFC 6152 §2
    let is8Bit: Bool
    /// How many RCPT were accepted; two of the same address are two.
    private(set) var recipientCount = 0
    /// The first of them, as the peer wrote it.
    private(set) var firstRecipient: ForwardPath?
    /// Whose mailboxes the message goes to, each once.
    private(set) var mailboxes: [LocalRecipient] = []
    private var known: Set<AccountID> = []
    /// Who is on other servers, each once.
    private(set) var elsewhere: [OutgoingRecipient] = []
    private var knownElsewhere: Set<MailAddress> = []

    init(sender: ReversePath, _ parameters: SenderParameters, submitter: Account?) {
        self.sender = sender
        isUTF8 = parameters.utf8
        is8Bit = parameters.body == .eightBitMIME
        self.submitter = submitter
    }

    mutating func add(_ recipient: ForwardPath, reaching accounts: [Account], elsewhere addresses: [MailAddress]) {
        if recipientCount == 0 { firstRecipient = recipient }
        recipientCount += 1
        for account in accounts where known.insert(account.id).inserted {
            mailboxes.append(LocalRecipient(account: account.id, address: account.address))
        }
        for address in addresses where knownElsewhere.insert(address).inserted { elsewhere.append(OutgoingRecipient(address)) }
    }
}
