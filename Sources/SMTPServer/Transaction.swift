import Delivery
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
    /// How much of the message a report returns, and the sender's own name for the transaction. RFC 3461 §4.3, §4.4
    let returns: ReturnedContent
    let envelopeID: String
    /// How many RCPT were accepted; two of the same address are two.
    private(set) var recipientCount = 0
    /// The first of them, as the peer wrote it.
    private(set) var firstRecipient: ForwardPath?
    /// All of them, as far as anybody may ask for them one day.
    private(set) var names: [ForwardPath] = []
    /// Whose mailboxes the message goes to, each once.
    private(set) var mailboxes: [LocalRecipient] = []
    private var known: Set<AccountID> = []
    /// Who is on other servers, each once.
    private(set) var elsewhere: [OutgoingRecipient] = []
    private var knownElsewhere: Set<MailAddress> = []
    /// Of whom the sender wants to hear once the message is stored.
    private(set) var successes: [LocalSuccess] = []

    private static let mostNames = 200

    init(sender: ReversePath, _ parameters: SenderParameters, submitter: Account?) {
        self.sender = sender
        isUTF8 = parameters.utf8
        is8Bit = parameters.body == .eightBitMIME
        returns = parameters.returns
        envelopeID = parameters.envelopeID
        self.submitter = submitter
    }

    /// What the sender wants to hear of goes along with a single address behind the recipient; with several this server says itself that
    /// they were reached, because nobody else knows when all were. RFC 3461 §5.2.7
    mutating func add(
        _ recipient: ForwardPath, _ parameters: RecipientParameters, reaching accounts: [Account], elsewhere addresses: [MailAddress]
    ) {
        if recipientCount == 0 { firstRecipient = recipient }
        recipientCount += 1
        if names.count < Self.mostNames { names.append(recipient) }
        for account in accounts where known.insert(account.id).inserted {
            mailboxes.append(LocalRecipient(account: account.id, address: account.address))
        }
        let isExpanded = accounts.count + addresses.count > 1
        let named = if case .address(let address) = recipient { address } else { accounts.first?.address }
        for address in addresses where knownElsewhere.insert(address).inserted {
            let original = address == named ? nil : named.map(XText.originalRecipient)
            elsewhere.append(
                OutgoingRecipient(
                    address, notify: isExpanded ? parameters.notify.subtracting(.success) : parameters.notify,
                    original: parameters.original.isEmpty ? original ?? "" : parameters.original))
        }
        guard parameters.notify.tellsSuccess, isExpanded || addresses.isEmpty, let named else { return }
        successes.append(
            LocalSuccess(address: named, original: parameters.original, account: isExpanded ? nil : accounts.first?.id))
    }
}
