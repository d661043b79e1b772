public import MailCore

/// Where messages are handed over: what a lane of the dispatcher leads to.
public enum NextHop: Hashable, Sendable, CustomStringConvertible {
    /// The mail exchangers of a domain, on port 25.
    case exchangers(Domain)
    /// One host by name or address: a route's, an operator's choice.
    case host(String, port: Int)
    /// The default relay, with its own TLS and log-in. F23
    case relay(String, port: Int)

    public var description: String {
        switch self {
        case .exchangers(let domain): domain.name
        case .host(let name, let port), .relay(let name, let port): "\(name):\(port)"
        }
    }
}

/// Which way a destination's mail takes: an operator's reroute, the domain's route, the default relay, the domain's exchangers.
public struct RouteTable: Sendable {
    /// Routes of single domains; `nil` as a target: its exchangers, whatever the default relay is.
    public typealias Target = (host: String, port: Int)
    private let targets: [Domain: Target?]
    private let relay: Target?

    public init(routes: [(domain: Domain, target: Target?)], relay: Target?) {
        targets = Dictionary(routes.map { ($0.domain, $0.target) }, uniquingKeysWith: { first, _ in first })
        self.relay = relay
    }

    public func nextHop(_ domain: Domain) -> NextHop {
        if let target = targets[domain] { return target.map { .host($0.host, port: $0.port) } ?? .exchangers(domain) }
        return relay.map { .relay($0.host, port: $0.port) } ?? .exchangers(domain)
    }
}
