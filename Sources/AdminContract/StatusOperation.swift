/// `status`
public struct Status: AdminOperation {
    public static let spec = OperationSpec("status", .get, "/api/status", "Shows how the daemon and its parts are.")
    public enum CodingKeys: CodingKey, CaseIterable {}
    public typealias Answer = StatusFacts

    public init() {}
}

/// The daemon at one moment.
public struct StatusFacts: Codable, Sendable {
    public struct Service: Codable, Sendable {
        public var name: String
        /// `127.0.0.1:25`; none when the service does not listen.
        public var addresses: [String]
        /// Connections at this moment.
        public var connections: Int

        public init(name: String, addresses: [String], connections: Int) {
            self.name = name
            self.addresses = addresses
            self.connections = connections
        }
    }

    public struct Store: Codable, Sendable {
        /// `ready`, `space-low`, `unavailable` or `closed`.
        public var state: String
        /// In all mailboxes; missing when the store cannot be read.
        public var messages: Int?
        public var bytes: Int?
        /// Bytes on the mail drive.
        public var freeSpace: Int
        public var totalSpace: Int

        public init(state: String, messages: Int?, bytes: Int?, freeSpace: Int, totalSpace: Int) {
            self.state = state
            self.messages = messages
            self.bytes = bytes
            self.freeSpace = freeSpace
            self.totalSpace = totalSpace
        }
    }

    public var version: String
    /// RFC 3339, in UTC.
    public var started: String
    /// Seconds.
    public var uptime: Int
    public var domains: Int
    public var accounts: Int
    public var aliases: Int
    public var services: [Service]
    public var store: Store
    /// Sentences about what needs somebody's attention; none when all is well.
    public var warnings: [String]

    public init(
        version: String, started: String, uptime: Int, domains: Int, accounts: Int, aliases: Int, services: [Service], store: Store,
        warnings: [String]
    ) {
        self.version = version
        self.started = started
        self.uptime = uptime
        self.domains = domains
        self.accounts = accounts
        self.aliases = aliases
        self.services = services
        self.store = store
        self.warnings = warnings
    }
}
