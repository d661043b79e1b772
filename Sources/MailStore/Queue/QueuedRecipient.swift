public import MailCore

/// Where a recipient of the queue stands.
///
/// | state | entered by | left by | after a crash |
/// |---|---|---|---|
/// | queued | the message is accepted: `deliver` | lease; `hold`, `delete` | queued, due at once |
/// | leased | `leaseDue`, or the watcher hears that it has come; in memory only, above queued or deferred | `settle` → delivered, bounced, deferred; `giveBack` | as it was before: queued or deferred |
/// | deferred | `settle` with a time for the next try | lease at that time or by `retryNow`; `hold`, `delete` | deferred |
/// | held | `hold`; a rebuild of the index | `release` → queued or deferred, due at once; `delete` | held |
/// | delivered | `settle`: a server has taken it | the message's last recipient is done: all its rows go | delivered |
/// | bounced | `settle`: refused for good, or too old | the same | bounced |
///
/// `hold` on a leased recipient holds it if this try does not end its way; `delete` on one takes the row away, and what the try comes
/// to is told to nobody. A remote's 250 that was not settled before a crash leads to a second try: at most the messages in flight
/// go twice.
public enum QueueState: Int, Hashable, Sendable, CaseIterable {
    case queued = 0
    case deferred = 1
    case held = 2
    case delivered = 3
    case bounced = 4

    public var name: String { "\(self)" }
    /// Whether it still has a way to go.
    public var isOpen: Bool { self == .queued || self == .deferred || self == .held }
}

/// One recipient in the queue; the number is never given twice.
public struct QueuedRecipient: Hashable, Sendable {
    public let id: Int64
    public let message: MessageID
    public let address: MailAddress
    public let destination: Destination
    public let notify: NotifySet
    public let original: String
    public let state: QueueState
    public let due: QueueTime
    public let tries: Int
    /// A delay of it was told to the sender.
    public let isDelayTold: Bool
    /// What came of the last try.
    public let last: TryOutcome?
}

/// What one try came to, in the remote's own words where it said any.
public struct TryOutcome: Hashable, Sendable {
    /// `4.4.1`, as the remote gave it or as we name it. RFC 3463
    public var status: EnhancedStatus
    /// The host that was spoken to; empty when none was.
    public var remote: String
    /// The reply, or our sentence where there was none; at most ``mostWords`` octets are kept.
    public var words: String
    /// Whether `words` are a remote's SMTP reply.
    public var isReply: Bool
    /// How the session was encrypted; `nil` when it was not, or none came about.
    public var security: SessionSecurity?

    public static let mostWords = 1000

    public init(status: EnhancedStatus, remote: String, words: String, isReply: Bool, security: SessionSecurity? = nil) {
        self.status = status
        self.remote = remote
        self.words = words.utf8.count <= Self.mostWords ? words : String(decoding: words.utf8.prefix(Self.mostWords), as: UTF8.self)
        self.isReply = isReply
        self.security = security
    }
}

/// A message in the queue with some of its recipients: those that were leased together, or those of a page.
public struct QueuedMessage: Hashable, Sendable {
    public let stored: StoredMessage
    public let sender: ReversePath
    public let isUTF8: Bool
    public let is8Bit: Bool
    public let returns: ReturnedContent
    public let envelopeID: String
    public let submitter: AccountID?
    /// When it came into the queue.
    public let arrival: QueueTime
    public var recipients: [QueuedRecipient]

    public var id: MessageID { stored.id }
}

/// What is to be written down of one recipient after a try.
public struct Settlement: Hashable, Sendable {
    public enum Result: Hashable, Sendable {
        case delivered
        case bounced
        /// The next try. `isDelayTold`: the notice that goes with this settlement tells the sender.
        case deferred(until: QueueTime, isDelayTold: Bool)
    }
    public var recipient: Int64
    public var result: Result
    public var outcome: TryOutcome

    public init(recipient: Int64, _ result: Result, _ outcome: TryOutcome) {
        self.recipient = recipient
        self.result = result
        self.outcome = outcome
    }
}
