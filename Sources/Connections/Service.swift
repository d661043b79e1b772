internal import MailCore
internal import Synchronization

/// Why a connection was refused before a session began.
public enum RefusalReason: String, Hashable, Sendable, CaseIterable {
    case tooManyConnections = "too many connections"
    case tooManyFromAddress = "too many connections from this address"
    case noDescriptors = "out of file descriptors"
    case stopping = "the server is stopping"
}

/// How many connections a service takes, and what it says to those that are one too many.
public struct ServiceLimits: Sendable {
    /// In all; asked at every new connection, so that a changed setting holds at once.
    public let maxConnections: @Sendable () -> Int
    /// From one IPv4 address or IPv6 /64. Loopback is exempt: web mail and filters come from there for many people.
    public let maxConnectionsPerAddress: @Sendable () -> Int
    /// What a refused peer hears, with its line end: `421 4.7.0 …\r\n`, `* BYE …\r\n`.
    public let refusal: @Sendable (RefusalReason) -> String

    public init(
        maxConnections: @escaping @Sendable () -> Int, maxConnectionsPerAddress: @escaping @Sendable () -> Int,
        refusal: @escaping @Sendable (RefusalReason) -> String
    ) {
        self.maxConnections = maxConnections
        self.maxConnectionsPerAddress = maxConnectionsPerAddress
        self.refusal = refusal
    }
}

/// A protocol that the hub can listen for: its name, its limits, and the session that is run for each connection.
public final class Service: Sendable {
    /// `smtp`, `imap`: in the journal and in `ConnectionHub.counts`.
    public let name: String
    public let limits: ServiceLimits
    public let encryption: ServiceEncryption
    /// One call a connection, on the connection's loop. When it returns, what was written is delivered and the connection closed.
    let serve: @Sendable (Connection) async -> Void
    private let connections = Atomic(0)
    private let perAddress = Mutex<[IPAddress: Int]>([:])
    private let crowded = Atomic(false)

    public init(
        name: String, limits: ServiceLimits, encryption: ServiceEncryption = .never,
        serve: @escaping @Sendable (Connection) async -> Void
    ) {
        self.name = name
        self.limits = limits
        self.encryption = encryption
        self.serve = serve
    }

    /// How many connections there are now.
    public var count: Int { connections.load(ordering: .relaxed) }
    /// More than four fifths of the connections are taken: peers get less patience.
    var isCrowded: Bool { crowded.load(ordering: .relaxed) }

    /// Counts a new connection, or says why it cannot be. Each success is followed by one `release`.
    func admit(_ address: IPAddress) -> RefusalReason? {
        let most = limits.maxConnections()
        let count = connections.add(1, ordering: .relaxed).newValue
        guard count <= most else {
            connections.subtract(1, ordering: .relaxed)
            return .tooManyConnections
        }
        if !address.isLoopback {
            let mostPerAddress = limits.maxConnectionsPerAddress()
            let isOneTooMany = perAddress.withLock { counts in
                let count = counts[address.limitKey, default: 0]
                guard count < mostPerAddress else { return true }
                counts[address.limitKey] = count + 1
                return false
            }
            guard !isOneTooMany else {
                connections.subtract(1, ordering: .relaxed)
                return .tooManyFromAddress
            }
        }
        crowded.store(count > most / 5 * 4, ordering: .relaxed)
        return nil
    }

    func release(_ address: IPAddress) {
        let count = connections.subtract(1, ordering: .relaxed).newValue
        if isCrowded { crowded.store(count > limits.maxConnections() / 5 * 4, ordering: .relaxed) }
        guard !address.isLoopback else { return }
        perAddress.withLock { counts in
            let left = counts[address.limitKey, default: 1] - 1
            counts[address.limitKey] = left > 0 ? left : nil
        }
    }
}
