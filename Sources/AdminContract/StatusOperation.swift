/// `status`
public struct Status: AdminOperation {
    public static let spec = OperationSpec("status", .get, "/api/status", "Shows how the daemon and its parts are.")
    public enum CodingKeys: CodingKey, CaseIterable {}
    public typealias Answer = StatusFacts

    public init() {}
}

/// The daemon at one moment.
public struct StatusFacts: Codable, Sendable {
    /// One word for monitoring.
    public enum Verdict: String, Codable, Sendable, CaseIterable {
        case fine
        /// Everything works; somebody should look at something.
        case warning
        /// Something does not work.
        case broken
    }

    public struct Service: Codable, Sendable {
        public var name: String
        public var port: Int?
        /// `listening`; `partly`: not everywhere where it should; `closed`: nowhere; `waiting`: its interfaces are not there; `off`.
        public var state: String
        /// Why it does not listen, or not everywhere where it should; none when it does.
        public var trouble: String?
        /// Where it listens: `every address`, an interface's name, an address.
        public var addresses: [String]
        /// Who made its sockets: `systemd` or `postern`; none when it does not listen.
        public var by: String?
        /// What the firewall does with its port: `open`, `missing`, `shadowed`, `unknown`, `unfiltered`; none while no permit is wanted.
        public var permit: String?
        /// The certificate's name, and days until its end; none where nothing is encrypted.
        public var certificate: String?
        public var certificateDays: Int?
        /// Connections at this moment.
        public var connections: Int

        public init(name: String, port: Int? = nil, state: String = "listening", addresses: [String], connections: Int) {
            self.name = name
            self.port = port
            self.state = state
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
        /// Bytes on the mail drive; 0, like its size, while it is away.
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

    /// Long work that is not over.
    public struct Task: Codable, Sendable {
        public var id: String
        public var name: String
        public var state: String
        /// Of a hundred; none when nobody knows.
        public var percent: Int?
        public var item: String

        public init(id: String, name: String, state: String, percent: Int?, item: String) {
            self.id = id
            self.name = name
            self.state = state
            self.percent = percent
            self.item = item
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
    /// Recipients in the queue by state; none when the store cannot be read.
    public var queue: [String: Int]?
    /// Whether answers of the name servers are validated, in words.
    public var dns: String
    public var tasks: [Task]
    /// Sentences about what does not work.
    public var problems: [String]
    /// Sentences about what needs somebody's attention; none when all is well.
    public var warnings: [String]
    public var verdict: Verdict

    public init(
        version: String, started: String, uptime: Int, domains: Int, accounts: Int, aliases: Int, services: [Service], store: Store,
        queue: [String: Int]?, dns: String, tasks: [Task], problems: [String], warnings: [String]
    ) {
        self.version = version
        self.started = started
        self.uptime = uptime
        self.domains = domains
        self.accounts = accounts
        self.aliases = aliases
        self.services = services
        self.store = store
        self.queue = queue
        self.dns = dns
        self.tasks = tasks
        self.problems = problems
        self.warnings = warnings
        verdict = !problems.isEmpty ? .broken : !warnings.isEmpty ? .warning : .fine
    }
}
