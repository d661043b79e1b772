/// Which recipients of the queue are meant; what is not said means all.
public struct QueueSelection: Codable, Sendable {
    /// One message, as `queue list` names it.
    public var message: String?
    /// Parts of the sender, of a recipient, and of what came of the last try.
    public var sender: String?
    public var recipient: String?
    public var reason: String?
    /// A recipient's whole domain.
    public var domain: String?
    /// `queued`, `deferred`, `held`, `delivered`, `bounced`; `leased` for those of the first two that are being tried now.
    public var state: String?
    /// In the queue for longer than this: `2h`.
    public var olderThan: String?

    public init(
        message: String? = nil, sender: String? = nil, recipient: String? = nil, reason: String? = nil, domain: String? = nil,
        state: String? = nil, olderThan: String? = nil
    ) {
        self.message = message
        self.sender = sender
        self.recipient = recipient
        self.reason = reason
        self.domain = domain
        self.state = state
        self.olderThan = olderThan
    }

    public var text: String {
        [message, sender, recipient, reason, domain, state, olderThan].compactMap(\.self).joined(separator: " ")
    }
}

/// One recipient in the queue.
public struct QueueRow: Codable, Sendable {
    public var message: String
    public var sender: String
    public var recipient: String
    /// `leased` for one that is being tried now.
    public var state: String
    /// Octets of the message.
    public var size: Int
    /// Seconds since it came.
    public var age: Int
    /// Seconds until the next try; none when there will be none by itself.
    public var nextTry: Int?
    public var tries: Int
    /// `4.4.1`, and the remote's own words.
    public var status: String?
    public var remote: String?
    public var words: String?
    /// How that try was encrypted: `TLSv1.3 TLS_AES_256_GCM_SHA384 dane-ee`. The last word is `none`, `authority`, `dane-ta` or `dane-ee`.
    public var security: String?
    /// A host, when an operator has sent it there.
    public var route: String?

    public init(
        message: String, sender: String, recipient: String, state: String, size: Int, age: Int, nextTry: Int?, tries: Int, status: String?,
        remote: String?, words: String?, security: String?, route: String?
    ) {
        self.message = message
        self.sender = sender
        self.recipient = recipient
        self.state = state
        self.size = size
        self.age = age
        self.nextTry = nextTry
        self.tries = tries
        self.status = status
        self.remote = remote
        self.words = words
        self.security = security
        self.route = route
    }
}

/// `queue list`
public struct QueueList: AdminOperation {
    public static let spec = OperationSpec("queue list", .post, "/api/queue/list", "Shows what is on its way to other servers.")
    public enum CodingKeys: CodingKey, CaseIterable { case selection, after, limit }

    public var selection: QueueSelection
    /// Where the last page ended.
    public var after: Int64?
    /// Most rows, 1 to 1000.
    public var limit: Int?

    public struct Answer: Codable, Sendable {
        public var rows: [QueueRow]
        /// Where the next page begins; none after the last.
        public var next: Int64?
        /// Recipients in each state, of the whole queue.
        public var counts: [String: Int]

        public init(rows: [QueueRow], next: Int64?, counts: [String: Int]) {
            self.rows = rows
            self.next = next
            self.counts = counts
        }
    }

    public init(selection: QueueSelection, after: Int64? = nil, limit: Int? = nil) {
        self.selection = selection
        self.after = after
        self.limit = limit
    }
}

/// `queue show`
public struct QueueShow: AdminOperation {
    public static let spec = OperationSpec(
        "queue show", .get, "/api/queue/messages/{message}", "Shows a message of the queue with its header.")
    public enum CodingKeys: CodingKey, CaseIterable { case message }

    public var message: String
    public var subject: String { message }

    public struct Answer: Codable, Sendable {
        public var rows: [QueueRow]
        /// At most 64 KiB of it; octets that are no UTF-8 are replaced.
        public var header: String

        public init(rows: [QueueRow], header: String) {
            self.rows = rows
            self.header = header
        }
    }

    public init(message: String) { self.message = message }
}

/// What a change of the queue answers.
public struct QueueChanged: Codable, Sendable {
    /// Recipients that it was done to.
    public var recipients: Int
    public init(recipients: Int) { self.recipients = recipients }
}

/// `queue retry`
public struct QueueRetry: AdminOperation {
    public static let spec = OperationSpec(
        "queue retry", .post, "/api/queue/retry", "Tries what waits now, also at hosts that are being left alone.")
    public enum CodingKeys: CodingKey, CaseIterable { case selection }
    public typealias Answer = QueueChanged

    public var selection: QueueSelection
    public var subject: String { selection.text }
    public init(selection: QueueSelection) { self.selection = selection }
}

/// `queue hold`
public struct QueueHold: AdminOperation {
    public static let spec = OperationSpec("queue hold", .post, "/api/queue/hold", "Keeps messages back until they are released.")
    public enum CodingKeys: CodingKey, CaseIterable { case selection }
    public typealias Answer = QueueChanged

    public var selection: QueueSelection
    public var subject: String { selection.text }
    public init(selection: QueueSelection) { self.selection = selection }
}

/// `queue release`
public struct QueueRelease: AdminOperation {
    public static let spec = OperationSpec("queue release", .post, "/api/queue/release", "Lets messages go on that were held.")
    public enum CodingKeys: CodingKey, CaseIterable { case selection }
    public typealias Answer = QueueChanged

    public var selection: QueueSelection
    public var subject: String { selection.text }
    public init(selection: QueueSelection) { self.selection = selection }
}

/// `queue delete`
public struct QueueDelete: AdminOperation {
    public static let spec = OperationSpec(
        "queue delete", .post, "/api/queue/delete", "Takes messages out of the queue; their senders are not told.")
    public enum CodingKeys: CodingKey, CaseIterable { case selection }
    public typealias Answer = QueueChanged

    public var selection: QueueSelection
    public var subject: String { selection.text }
    public init(selection: QueueSelection) { self.selection = selection }
}

/// `queue reroute`
public struct QueueReroute: AdminOperation {
    public static let spec = OperationSpec(
        "queue reroute", .post, "/api/queue/reroute", "Sends messages of the queue to another host, or again where their domains lead.")
    public enum CodingKeys: CodingKey, CaseIterable { case selection, host, port }
    public typealias Answer = QueueChanged

    public var selection: QueueSelection
    /// None: where their domains lead.
    public var host: String?
    public var port: Int?
    public var subject: String { "\(selection.text) to \(host ?? "their domains")" }

    public init(selection: QueueSelection, host: String?, port: Int?) {
        self.selection = selection
        self.host = host
        self.port = port
    }
}
