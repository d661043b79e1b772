public import Connections
internal import MailCore
internal import Resolver

/// How sure a session must be of the host that it is with. RFC 7672 §2.2
///
/// | what DNS says of the host | demand |
/// |---|---|
/// | its name or addresses are not signed; nothing about its certificates | opportunistic |
/// | TLSA records, none of which can be used | encrypted |
/// | TLSA records | proved |
/// | no answer, or a forged one | none: the host is passed over |
public enum EncryptionDemand: Hashable, Sendable {
    /// Better encrypted than not. RFC 7435
    case opportunistic
    /// TLS, with whatever certificate.
    case encrypted
    /// TLS, with a certificate that the records are about.
    case proved(DANEProof)

    /// Whether mail waits rather than being sent in the clear.
    var isStrict: Bool { self != .opportunistic }
}

/// What signed DNS says of a host's certificates.
public struct DANEProof: Hashable, Sendable {
    /// The name below which the records stand; TLS asks for it, too. RFC 7672 §8.1
    public let base: String
    /// Other names that a certificate of a named authority may be for. RFC 7672 §3.2.2
    public let otherNames: [String]
    public let records: [TLSClient.TLSARecord]
}

extension RouteFinder {
    /// Throws when what is published cannot be known, because whoever keeps the answer from us wants us to do without. RFC 7672 §2.1.1
    func demand(
        of host: Host, _ six: DNSAnswer<IPAddress>, _ four: DNSAnswer<IPAddress>
    ) async throws(RouteFailure) -> EncryptionDemand {
        // A name that may be forged proves nothing. RFC 7672 §2.2.1
        guard usesDANE, host.security == .secure, let name = ASCIIName.of(host.name) else { return .opportunistic }
        let answer = four.records.isEmpty || (four.security == .insecure && !six.records.isEmpty) ? six : four
        for base in await bases(name, answer) {
            let published = await dns.certificates(of: base, port: host.port)
            if let failure = published.failure, failure != .unusableName { throw .dns(failure, "The TLSA records of \(base)") }
            guard published.security == .secure, !published.records.isEmpty else { continue }
            return Self.demand(published.records, base: base, names: host.domains + [name])
        }
        return .opportunistic
    }

    /// Below which names records are looked for, in this order: that to which a signed alias leads, and the host's own. Where addresses
    /// are not signed, neither is what stands beside them, and some name servers do not even answer; only a signed alias is then
    /// followed no further. RFC 7672 §2.2.2, §2.2.3
    private func bases(_ name: String, _ addresses: DNSAnswer<IPAddress>) async -> [String] {
        let alias = addresses.canonicalName
        if addresses.security == .secure { return (alias.map { [$0] } ?? []) + [name] }
        guard alias != nil, case let own = await dns.records(name, .cname), own.security == .secure, !own.records.isEmpty else { return [] }
        return [name]
    }

    /// Only what stands for itself counts: nobody says which public authorities all the world trusts. RFC 7672 §3.1.3
    private static func demand(_ published: [TLSARecord], base: String, names: [String]) -> EncryptionDemand {
        let records = published.filter { $0.usage == 2 || $0.usage == 3 }.map {
            TLSClient.TLSARecord(usage: $0.usage, selector: $0.selector, matching: $0.matching, data: $0.data)
        }
        let usable = TLSClient.usable(records)
        guard !usable.isEmpty else { return .encrypted }
        var others: [String] = []
        for name in names where name != base && !others.contains(name) { others.append(name) }
        return .proved(DANEProof(base: base, otherNames: others, records: usable))
    }
}
