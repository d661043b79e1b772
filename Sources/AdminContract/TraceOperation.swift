/// `trace`
public struct Trace: AdminOperation {
    public static let spec = OperationSpec(
        "trace", .post, "/api/trace", "Tells where a message came from and what became of it.")
    public enum CodingKeys: CodingKey, CaseIterable { case what, before, limit }

    /// Our name of a message, its Message-ID, or an address that sent or received it.
    public var what: String
    /// Where the last page ended.
    public var before: String?
    /// Most messages, 1 to 100.
    public var limit: Int?

    public struct Answer: Codable, Sendable {
        /// Newest first.
        public var messages: [TracedMail]
        /// Where the next page begins; none after the oldest.
        public var next: String?

        public init(messages: [TracedMail], next: String?) {
            self.messages = messages
            self.next = next
        }
    }

    public var subject: String { what }

    public init(what: String, before: String? = nil, limit: Int? = nil) {
        self.what = what
        self.before = before
        self.limit = limit
    }
}

/// A message's life.
public struct TracedMail: Codable, Sendable {
    /// Something that happened to it.
    public struct Event: Codable, Sendable {
        /// RFC 3339, in UTC.
        public var time: String
        /// `sent`, `deferred`, `bounced`, `told`, `held`, `released`, `retried`, `rerouted`, `deleted`.
        public var event: String
        public var recipient: String?
        public var status: String?
        public var remote: String?
        /// The remote's own words, the report's name for `told`.
        public var words: String?

        public init(time: String, event: String, recipient: String?, status: String?, remote: String?, words: String?) {
            self.time = time
            self.event = event
            self.recipient = recipient
            self.status = status
            self.remote = remote
            self.words = words
        }
    }

    /// Where it is now.
    public struct Place: Codable, Sendable {
        public var account: String
        public var mailbox: String

        public init(account: String, mailbox: String) {
            self.account = account
            self.mailbox = mailbox
        }
    }

    public var message: String
    /// RFC 3339, in UTC: when it began to come.
    public var arrived: String
    /// Octets; none when it is gone and was not traced.
    public var size: Int?
    /// Whether its arrival is remembered; what follows is empty otherwise.
    public var isTraced: Bool
    public var messageID: String?
    /// Empty for nobody.
    public var sender: String
    /// As they were named, the accounts that they led to, and who is elsewhere.
    public var recipients: [String]
    public var accounts: [String]
    public var elsewhere: [String]
    /// Who brought it, what he called himself, how, encrypted by what, and logged in as whom.
    public var peer: String?
    public var helo: String?
    public var transport: String?
    public var cipher: String?
    public var submitter: String?
    /// The message that this one reports about.
    public var about: String?
    public var events: [Event]
    /// Whether the store still has it.
    public var isStored: Bool
    public var places: [Place]
    /// Recipients in the queue, as `queue show` has them.
    public var queue: [QueueRow]

    public init(
        message: String, arrived: String, size: Int?, isTraced: Bool, messageID: String?, sender: String, recipients: [String],
        accounts: [String], elsewhere: [String], peer: String?, helo: String?, transport: String?, cipher: String?, submitter: String?,
        about: String?, events: [Event], isStored: Bool, places: [Place], queue: [QueueRow]
    ) {
        self.message = message
        self.arrived = arrived
        self.size = size
        self.isTraced = isTraced
        self.messageID = messageID
        self.sender = sender
        self.recipients = recipients
        self.accounts = accounts
        self.elsewhere = elsewhere
        self.peer = peer
        self.helo = helo
        self.transport = transport
        self.cipher = cipher
        self.submitter = submitter
        self.about = about
        self.events = events
        self.isStored = isStored
        self.places = places
        self.queue = queue
    }
}
