public import MailCore
public import Resolver

/// Why a next hop has no host to talk to.
public struct RouteFailure: Error, Hashable, Sendable {
    public let status: EnhancedStatus
    public let words: String
    /// It stays so, whatever is tried.
    public var isPermanent: Bool { status.class == 5 }

    static func dns(_ failure: DNSFailure, _ what: String) -> RouteFailure {
        RouteFailure(status: EnhancedStatus(4, 4, 3), words: "\(what) could not be looked up: \(failure)")
    }
}

/// A host that takes a domain's mail.
public struct Exchanger: Hashable, Sendable {
    public let host: String
    public let preference: UInt16
    /// Whether DNSSEC proves that the domain named it.
    public let security: DNSSecurity
}

/// RFC 5321 §5.1 as functions of answers.
public enum Exchangers {
    /// Most hosts of one domain that are tried.
    static let most = 20

    /// The hosts in the order in which they are tried. `own`: whether a host's name is ours.
    public static func order(
        of domain: Domain, _ answer: DNSAnswer<MailExchanger>, own: (String) -> Bool, using generator: inout some RandomNumberGenerator
    ) throws(RouteFailure) -> [Exchanger] {
        switch answer.outcome {
        case .failed(let failure): throw .dns(failure, "The mail exchanger of \(domain)")
        case .noSuchName: throw RouteFailure(status: EnhancedStatus(5, 1, 2), words: "There is no domain \(domain).")
        // The domain is its own exchanger. RFC 5321 §5.1
        case .noData: return [Exchanger(host: domain.name, preference: 0, security: answer.security)]
        case .records(let records):
            let named = records.filter { !$0.host.isEmpty }
            // RFC 7505 §3
            guard !named.isEmpty else { throw RouteFailure(status: EnhancedStatus(5, 1, 10), words: "The domain \(domain) takes no mail.") }
            return try usable(domain, named, answer.security, own, &generator)
        }
    }

    private static func usable(
        _ domain: Domain, _ records: [MailExchanger], _ security: DNSSecurity, _ own: (String) -> Bool,
        _ generator: inout some RandomNumberGenerator
    ) throws(RouteFailure) -> [Exchanger] {
        // We are an exchanger: only those before us may be asked, or mail would come back. RFC 5321 §5.1
        let limit = records.filter { own($0.host) }.map(\.preference).min()
        let before = records.filter { record in limit.map { record.preference < $0 } ?? true }
        guard !before.isEmpty else {
            throw RouteFailure(
                status: EnhancedStatus(5, 4, 6), words: "This server is the best mail exchanger of \(domain), but does not know the domain."
            )
        }
        // Equal ones share the load. RFC 5321 §5.1
        let shuffled = before.shuffled(using: &generator).enumerated().sorted { a, b in
            (a.element.preference, a.offset) < (b.element.preference, b.offset)
        }
        var seen: Set<String> = []
        return shuffled.map(\.element).filter { seen.insert($0.host).inserted }.prefix(most).map {
            Exchanger(host: $0.host, preference: $0.preference, security: security)
        }
    }

    /// A host's addresses in the order in which they are tried: IPv6 and IPv4 by turns, IPv6 first.
    public static func addresses(
        of host: String, _ v6: DNSAnswer<IPAddress>, _ v4: DNSAnswer<IPAddress>
    ) throws(RouteFailure) -> [IPAddress] {
        let six = v6.records
        let four = v4.records
        guard !six.isEmpty || !four.isEmpty else {
            if let failure = v4.failure ?? v6.failure { throw .dns(failure, "The host \(host)") }
            // The name exists, and may get an address; a host that is nowhere is a fault of the domain's. RFC 5321 §5.1
            throw RouteFailure(status: EnhancedStatus(5, 4, 4), words: "The host \(host) has no address.")
        }
        var order: [IPAddress] = []
        for place in 0..<max(six.count, four.count) {
            if place < six.count { order.append(six[place]) }
            if place < four.count { order.append(four[place]) }
        }
        return order
    }
}

extension Domain {
    /// The address of an address literal. RFC 5321 §4.1.3
    public var literal: IPAddress? {
        guard isLiteral else { return nil }
        let inside = name.dropFirst().dropLast()
        return inside.hasPrefix("ipv6:") ? IPAddress(inside.dropFirst(5)) : IPAddress(inside)
    }
}
