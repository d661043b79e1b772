public import MailCore
public import Resolver

/// Finds the hosts of a next hop by asking the domain name system.
public struct RouteFinder: Sendable {
    private let dns: any DNS
    private let ownNames: @Sendable () -> Set<String>
    private let isOwn: @Sendable (IPAddress, Int) -> Bool

    /// `ownNames`: in lower case; `isOwn`: whether we are who listens at that address and port.
    public init(
        dns: any DNS, ownNames: @escaping @Sendable () -> Set<String>, isOwn: @escaping @Sendable (IPAddress, Int) -> Bool
    ) {
        self.dns = dns
        self.ownNames = ownNames
        self.isOwn = isOwn
    }

    /// One host, its port, and where DNSSEC proved its name.
    public struct Host: Hashable, Sendable {
        public let name: String
        public let port: Int
        public let security: DNSSecurity
    }

    /// The hosts of the next hop in the order in which they are tried; one look-up at most.
    public func hosts(_ hop: NextHop) async throws(RouteFailure) -> [Host] {
        switch hop {
        case .host(let name, let port), .relay(let name, let port): return [Host(name: name, port: port, security: .insecure)]
        case .exchangers(let domain):
            if domain.isLiteral { return [Host(name: domain.name, port: Self.port, security: .insecure)] }
            let names = ownNames()
            var generator = SystemRandomNumberGenerator()
            let answer = await dns.mailExchangers(domain.name)
            return try Exchangers.order(of: domain, answer, own: names.contains, using: &generator).map {
                Host(name: $0.host, port: Self.port, security: $0.security)
            }
        }
    }

    /// The host's addresses in the order in which they are tried.
    public func addresses(_ host: Host) async throws(RouteFailure) -> [IPAddress] {
        if let literal = IPAddress(host.name) ?? Domain(host.name)?.literal { return try checked([literal], host) }
        async let six = dns.addresses6(host.name)
        async let four = dns.addresses4(host.name)
        return try checked(try Exchangers.addresses(of: host.name, await six, await four), host)
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
