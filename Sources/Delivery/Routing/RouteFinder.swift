public import MailCore
public import Resolver

/// Finds the hosts of a next hop by asking the domain name system.
public struct RouteFinder: Sendable {
    let dns: any DNS
    let usesDANE: Bool
    private let ownNames: @Sendable () -> Set<String>
    private let isOwn: @Sendable (IPAddress, Int) -> Bool

    /// `ownNames`: in lower case; `isOwn`: whether we are who listens at that address and port; `usesDANE`: whether what signed DNS says of
    /// certificates is demanded.
    public init(
        dns: any DNS, usesDANE: Bool = true, ownNames: @escaping @Sendable () -> Set<String>,
        isOwn: @escaping @Sendable (IPAddress, Int) -> Bool
    ) {
        self.dns = dns
        self.usesDANE = usesDANE
        self.ownNames = ownNames
        self.isOwn = isOwn
    }

    /// One host and its port.
    public struct Host: Hashable, Sendable {
        public let name: String
        public let port: Int
        /// Whether it is known for sure that this host is meant: DNSSEC proves it, or an operator has said so.
        public let security: DNSSecurity
        /// The domain whose mail it takes, and the one to which that is an alias; none for a host that an operator has named.
        public let domains: [String]

        init(_ name: String, port: Int, _ security: DNSSecurity, domains: [String] = []) {
            self.name = name
            self.port = port
            self.security = security
            self.domains = domains
        }
    }

    /// The hosts of the next hop in the order in which they are tried; one look-up at most.
    public func hosts(_ hop: NextHop) async throws(RouteFailure) -> [Host] {
        switch hop {
        case .host(let name, let port), .relay(let name, let port): return [Host(name, port: port, .secure)]
        case .exchangers(let domain):
            if domain.isLiteral { return [Host(domain.name, port: Self.port, .insecure)] }
            let names = ownNames()
            var generator = SystemRandomNumberGenerator()
            let answer = await dns.mailExchangers(domain.name)
            let domains = [ASCIIName.of(domain.name), answer.canonicalName].compactMap(\.self)
            return try Exchangers.order(of: domain, answer, own: names.contains, using: &generator).map {
                Host($0.host, port: Self.port, $0.security, domains: domains)
            }
        }
    }

    /// The host's addresses in the order in which they are tried, and what is demanded of a session there.
    public func reach(_ host: Host) async throws(RouteFailure) -> (addresses: [IPAddress], demand: EncryptionDemand) {
        // An address is no name that anything could be published of. RFC 7672 §2.2
        if let literal = IPAddress(host.name) ?? Domain(host.name)?.literal { return (try checked([literal], host), .opportunistic) }
        async let asked6 = dns.addresses6(host.name)
        async let asked4 = dns.addresses4(host.name)
        let (six, four) = (await asked6, await asked4)
        let addresses = try checked(try Exchangers.addresses(of: host.name, six, four), host)
        return (addresses, try await demand(of: host, six, four))
    }

    /// Never to ourselves: what we do not know would come back until it has gone round often enough.
    private func checked(_ addresses: [IPAddress], _ host: Host) throws(RouteFailure) -> [IPAddress] {
        guard !addresses.contains(where: { isOwn($0, host.port) }) else {
            throw RouteFailure(status: EnhancedStatus(5, 4, 6), words: "The host \(host.name) is this server.")
        }
        return addresses
    }

    /// Where exchangers listen.
    private static let port = 25
}
