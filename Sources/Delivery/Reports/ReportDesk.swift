import Glibc
public import Logging
public import MailCore
public import MailSettings
public import MailStore
import MessageFormat
import NIOCore
public import StateStore

/// A message of which its sender is told.
public struct ReportedMessage: Sendable {
    public let stored: StoredMessage
    public let sender: ReversePath
    public let returns: ReturnedContent
    public let envelopeID: String
    /// When it was accepted.
    public let arrival: QueueTime

    public init(stored: StoredMessage, sender: ReversePath, returns: ReturnedContent, envelopeID: String, arrival: QueueTime) {
        self.stored = stored
        self.sender = sender
        self.returns = returns
        self.envelopeID = envelopeID
        self.arrival = arrival
    }
}

/// A recipient here of whom the sender wants to hear: NOTIFY=SUCCESS. RFC 3461 §4.1
public struct LocalSuccess: Hashable, Sendable {
    /// As the sender named it: what lies behind an alias is nobody's business.
    public var address: MailAddress
    /// ORCPT; empty when there was none.
    public var original: String
    /// Whose mailbox has it; `nil` when the message goes to several.
    public var account: AccountID?

    public init(address: MailAddress, original: String, account: AccountID?) {
        self.address = address
        self.original = original
        self.account = account
    }
}

/// Writes the reports for senders, whoever has news for them: the queue of mail elsewhere, or the SMTP side of mail that is here.
///
/// Nobody is told of a report's own failure, of a message without a sender, or of one that a program sent by itself (RFC 3834 §2): else
/// two servers could tell each other for ever. A sender hears of so many messages in an hour and no more: whoever writes somebody else's
/// address into MAIL cannot make us flood him.
public final class ReportDesk: Sendable {
    private let settings: LiveSettings
    private let state: StateStore
    private let store: MailStore
    private let hostname: String
    private let logger: Logger
    private let limiter = ReportLimiter()

    /// Octets of a message that are returned whole; of a larger one its header is.
    private static let largestReturned = 50 << 10
    private static let largestHeader = 64 << 10

    /// - Parameter hostname: the host's name, unless `smtp.helo-name` says otherwise.
    public init(settings: LiveSettings, state: StateStore, store: MailStore, hostname: String, logger: Logger) {
        self.settings = settings
        self.state = state
        self.store = store
        self.hostname = hostname
        self.logger = logger
    }

    /// One recipient and the news of it.
    struct News {
        var address: MailAddress
        var original: String
        var outcome: TryOutcome
    }

    /// The report, on its way to the sender; `nil` when it is told to nobody.
    ///
    /// - Parameter lifetime: how long the message is tried altogether: for a delay.
    func notice(
        _ action: DeliveryReport.Action, _ news: [News], of message: ReportedMessage, at now: QueueTime, lifetime: Duration? = nil
    ) async throws -> MailStore.Notice? {
        guard let sender = message.sender.address else { return nil }
        let stored = message.stored
        // RET is about failures: of all else the header is enough. RFC 3461 §4.3
        let wantsAll = action == .failed && message.returns != .headers && stored.size <= Self.largestReturned
        let returned = try await store.read { snapshot in
            try snapshot.withBytes(of: stored, 0..<(wantsAll ? stored.size : Self.largestHeader)) { bytes in
                let length = HeaderRewriting.length(of: bytes) ?? bytes.count
                let header = UnsafeRawBufferPointer(rebasing: bytes[..<length])
                return (octets: Array(wantsAll ? bytes : header), isAutomatic: HeaderFields.isAutomatic(header))
            }
        }
        if returned.isAutomatic { return nil }
        guard limiter.admits(sender, at: now, atMost: settings.current.queue.maxReports) else {
            logger.warning(
                "A sender is not told of a message's fate: it has been told of too many in this hour.",
                metadata: ["event": "\(JournalEvent.worldFailed.rawValue)", "message": "\(stored.id)", "sender": "\(sender)"])
            return nil
        }
        guard let (here, elsewhere) = ways(to: sender) else { return nil }
        let incoming = store.newMessage()
        let date = Int64(time(nil))
        let arrival = date - (now - message.arrival).components.seconds
        let report = DeliveryReport(
            action, host: ownName, sender: sender, envelopeID: message.envelopeID, arrival: arrival, date: date, id: incoming.id,
            recipients: news.map { news in
                DeliveryReport.Recipient(
                    address: news.address, original: news.original, status: news.outcome.status, remote: news.outcome.remote,
                    words: news.outcome.words, isReply: news.outcome.isReply, lastAttempt: date,
                    willRetryUntil: lifetime.map { arrival + $0.components.seconds })
            }, returned: returned.octets, returnsAll: wantsAll)
        try await incoming.append(ByteBuffer(bytes: Array("Return-Path: <>\r\n".utf8) + report.octets))
        let origin = MessageOrigin(sender: .nobody, recipients: [sender.description], about: stored.id)
        return MailStore.Notice(incoming, to: here, queue: elsewhere, origin: origin)
    }

    /// Tells the sender that the message is where it was to go. It comes back when the report is stored, so that whoever hears `250` after
    /// it has not lost it. RFC 3461 §5.2.3, §5.2.7
    public func tellSuccess(_ successes: [LocalSuccess], of message: ReportedMessage) async {
        let delivered = successes.filter { $0.account != nil }
        let expanded = successes.filter { $0.account == nil }
        for (action, told, words) in [
            (DeliveryReport.Action.delivered, delivered, "The message is in the mailbox."),
            (.expanded, expanded, "The message goes on to all who are behind this address."),
        ] where !told.isEmpty {
            let outcome = TryOutcome.ours(EnhancedStatus(2, 0, 0), "", words)
            let news = told.map { News(address: $0.address, original: $0.original, outcome: outcome) }
            do {
                guard let notice = try await notice(action, news, of: message, at: store.queueClock.now) else { return }
                try await store.deliver(notice.message, to: notice.recipients, queue: notice.queue, origin: notice.origin)
            } catch {
                logger.error(
                    "A sender is not told that a message was delivered: \(error)",
                    metadata: ["event": "\(JournalEvent.worldFailed.rawValue)", "message": "\(message.stored.id)"])
            }
        }
    }

    private var ownName: String {
        let name = settings.current.smtp.heloName
        return name.isEmpty ? hostname : name
    }

    /// Where a report goes; `nil` when the sender does not exist.
    private func ways(to sender: MailAddress) -> ([LocalRecipient], OutgoingEnvelope?)? {
        let resolver = RecipientResolver(directory: state.directory, delimiter: settings.current.accounts.delimiter)
        switch resolver.resolve(sender) {
        case .accounts(let accounts): return (accounts.map { LocalRecipient(account: $0.id, address: $0.address) }, nil)
        case .notLocal:
            // Nobody is told of a report's failure. RFC 3461 §6
            let recipient = OutgoingRecipient(sender, notify: .said)
            return ([], OutgoingEnvelope(sender: .nobody, recipients: [recipient], isUTF8: !sender.isASCII))
        case .alsoElsewhere(let addresses, let accounts):
            let recipients = addresses.map { OutgoingRecipient($0, notify: .said) }
            let envelope = OutgoingEnvelope(sender: .nobody, recipients: recipients, isUTF8: addresses.contains { !$0.isASCII })
            return (accounts.map { LocalRecipient(account: $0.id, address: $0.address) }, envelope)
        case .unknownUser, .loop, .tooManyTargets: return nil
        }
    }
}
