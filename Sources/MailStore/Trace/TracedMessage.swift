public import MailCore

/// How a message came to us, as its receiver saw it: what the trace keeps beside the envelope.
public struct MessageOrigin: Hashable, Sendable {
    public var sender: ReversePath
    /// As they were named, before aliases.
    public var recipients: [String]
    /// The other side's address, and what it called itself; empty for what we wrote ourselves.
    public var peer: String
    public var helo: String
    /// `ESMTPSA`. RFC 3848
    public var transport: String
    /// The cipher's registered name; empty in the clear.
    public var cipher: String
    /// Who had logged in; empty when nobody had.
    public var submitter: String
    /// The message that this one reports about.
    public var about: MessageID?

    public init(
        sender: ReversePath, recipients: [String], peer: String = "", helo: String = "", transport: String = "", cipher: String = "",
        submitter: String = "", about: MessageID? = nil
    ) {
        self.sender = sender
        self.recipients = recipients
        self.peer = peer
        self.helo = helo
        self.transport = transport
        self.cipher = cipher
        self.submitter = submitter
        self.about = about
    }
}

/// Something that happened to a message behind its acceptance.
public struct TraceEvent: Hashable, Sendable {
    /// The numbers are kept; they never change their meaning.
    public enum Kind: Int, Hashable, Sendable, CaseIterable {
        /// A server has taken it.
        case sent = 1
        case deferred = 2
        case bounced = 3
        /// A report to the sender was stored or queued; the words are its id.
        case told = 4
        /// What an operator did.
        case held = 5
        case released = 6
        case retried = 7
        case rerouted = 8
        case deleted = 9
    }

    /// Microseconds since 1970.
    public let time: Int64
    public let kind: Kind
    /// Empty when all are meant.
    public let recipient: String
    /// `4.4.1`; empty for what is no try.
    public let status: String
    public let remote: String
    public let words: String
}

/// The life of a message as far as it is remembered.
public struct TracedMessage: Hashable, Sendable {
    public let id: MessageID
    public let origin: MessageOrigin
    /// Whose mailboxes it went to, and who elsewhere; the first ``most`` of each.
    public let accounts: [String]
    public let elsewhere: [String]
    /// Its own Message-ID with angle brackets; empty when there is none.
    public let messageID: String
    /// Octets.
    public let size: Int
    public let events: [TraceEvent]

    /// Addresses of each kind that are kept.
    static let most = 200
    /// Octets of each text that a peer made up.
    static let longest = 1000
}

/// What the index itself knows of a message.
public struct MessageWhereabouts: Hashable, Sendable {
    public struct Place: Hashable, Sendable {
        public let account: String
        public let mailbox: String
    }
    /// Octets; `nil`: the message is not in the store any more.
    public let size: Int?
    public let places: [Place]
    /// Recipients whose way out is not at its end, and those beside them.
    public let queued: [QueuedRecipient]

    public init(size: Int?, places: [Place], queued: [QueuedRecipient]) {
        self.size = size
        self.places = places
        self.queued = queued
    }
}
