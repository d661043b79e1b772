internal import MailCore

/// What shall be reachable from where: the daemon's wish, made of its settings alone. Which rules follow from it depends on the
/// interfaces, and is `permits(on:)`.
public struct AccessPlan: Hashable, Sendable {
    /// A service with the ports on which it listens.
    public struct Service: Hashable, Sendable {
        public var name: String
        public var ports: [UInt16]
        /// Names, patterns and addresses; none means every interface.
        public var interfaces: [String]

        public init(_ name: String, ports: [UInt16], interfaces: [String] = []) {
            self.name = name
            self.ports = ports
            self.interfaces = interfaces
        }
    }

    /// From where the services may be reached.
    public enum Scope: String, Hashable, Sendable, CaseIterable {
        case `internal`
        case all
    }

    /// Where the jump to our permits stands in an input chain.
    public enum Position: String, Hashable, Sendable, CaseIterable {
        case first
        case last
    }

    public var services: [Service]
    public var scope: Scope
    /// Names and patterns; none means every interface without a default route, except loopback.
    public var internalInterfaces: [String]
    /// The appliance's own input chains.
    public var chains: [ChainName]
    public var position: Position
    /// Whether a chain of these that does not exist is made, with its table, so that it filters nothing.
    public var makesChains: Bool

    public init(
        services: [Service], scope: Scope = .internal, internalInterfaces: [String] = [], chains: [ChainName], position: Position = .last,
        makesChains: Bool = false
    ) {
        self.services = services
        self.scope = scope
        self.internalInterfaces = internalInterfaces
        self.chains = chains
        self.position = position
        self.makesChains = makesChains
    }
}

/// One service that may be reached through some interfaces.
public struct Permit: Hashable, Sendable {
    public var service: String
    /// In ascending order.
    public var ports: [UInt16]
    /// Names and patterns in ascending order; `nil` means every interface.
    public var interfaces: [String]?

    public init(_ service: String, ports: [UInt16], interfaces: [String]?) {
        self.service = service
        self.ports = ports
        self.interfaces = interfaces
    }
}

extension AccessPlan {
    /// The permits that follow from the plan on these interfaces. A service that may be reached through none has none.
    public func permits(on interfaces: [NetworkInterface]) -> [Permit] {
        let reachable = scope == .all ? nil : internalNames(of: interfaces)
        return services.compactMap { service in
            let chosen = service.interfaces.isEmpty ? nil : Self.names(of: service.interfaces, on: interfaces)
            let names = Self.common(chosen, reachable)
            guard names?.isEmpty != true, !service.ports.isEmpty else { return nil }
            return Permit(service.name, ports: Set(service.ports).sorted(), interfaces: names)
        }
    }

    /// Whether packets that come in there come from inside.
    public func isInternal(_ interface: NetworkInterface) -> Bool {
        guard !interface.isLoopback else { return true }
        return internalInterfaces.isEmpty
            ? !interface.hasDefaultRoute : internalInterfaces.contains { InterfacePattern.covers($0, interface.name) }
    }

    /// An interface that is chosen but not there yet counts: its rule waits for it.
    private func internalNames(of interfaces: [NetworkInterface]) -> [String] {
        internalInterfaces.isEmpty ? interfaces.filter { !$0.isLoopback && isInternal($0) }.map(\.name) : internalInterfaces
    }

    /// An address stands for the interface that has it.
    private static func names(of entries: [String], on interfaces: [NetworkInterface]) -> [String] {
        entries.flatMap { entry in
            guard let address = IPAddress(entry) else { return [entry] }
            return interfaces.filter { $0.addresses.contains { $0.address == address } }.map(\.name)
        }.filter { $0 != "lo" }
    }

    /// What two lists have in common, patterns included; `nil` is the list of everything.
    private static func common(_ a: [String]?, _ b: [String]?) -> [String]? {
        guard let a else { return b.map { Set($0).sorted() } }
        guard let b else { return Set(a).sorted() }
        let both =
            a.filter { name in b.contains { InterfacePattern.covers($0, name) } }
            + b.filter { name in a.contains { InterfacePattern.covers($0, name) } }
        return Set(both).sorted()
    }
}
