/// A named certificate whose pairs were read and found right, and what is known of them.
public struct CheckedCertificate: Hashable, Sendable {
    /// As it is shown to peers: chains in order, and nothing else in the texts.
    public let certificate: NamedCertificate
    /// One for each of its pairs, in their order.
    public let facts: [PairFacts]

    /// Proves that each key fits its chain, that peers will accept both, and that the kinds differ. Dates are not looked at: one that
    /// has expired is better than none. `places` are the pairs' names in refusals; without them they are `Pair 1` and `Pair 2`.
    public init(name: String, pairs: [KeyPair], places: [String] = []) throws(CertificateRefusal) {
        guard !pairs.isEmpty else { throw CertificateRefusal(.noPair) }
        guard pairs.count <= 2 else { throw CertificateRefusal(.tooManyPairs) }
        var read: [(pair: KeyPair, facts: PairFacts)] = []
        for (number, pair) in pairs.enumerated() {
            let place = number < places.count ? places[number] : pairs.count > 1 ? "Pair \(number + 1)" : nil
            do throws(CertificateRefusal.Problem) {
                read.append(try KeyPair.read(chain: pair.chain, key: pair.key))
            } catch {
                throw CertificateRefusal(error, at: place)
            }
        }
        facts = read.map(\.facts)
        if facts.count == 2, facts[0].kind.algorithm == facts[1].kind.algorithm {
            throw CertificateRefusal(.sameAlgorithm(facts[0].kind.algorithm))
        }
        var hosts: [String] = []
        for host in facts.flatMap(\.hostNames) where !hosts.contains(host) { hosts.append(host) }
        certificate = NamedCertificate(name: name, pairs: read.map(\.pair), hostNames: hosts)
    }

    /// Unix seconds, from when and until when all of it holds.
    public var validFrom: Int64 { facts.map(\.validFrom).max() ?? 0 }
    public var validUntil: Int64 { facts.map(\.validUntil).min() ?? 0 }

    public func isValid(at now: Int64) -> Bool { (validFrom...max(validFrom, validUntil)).contains(now) }

    /// Refuses what peers would refuse at this moment.
    public func requireValid(at now: Int64) throws(CertificateRefusal) {
        for facts in facts {
            if facts.validUntil < now { throw CertificateRefusal(.expired(facts.subject, at: facts.validUntil)) }
            if facts.validFrom > now { throw CertificateRefusal(.notYetValid(facts.subject, from: facts.validFrom)) }
        }
    }

    /// Sentences about what works, but not for everybody.
    public var warnings: [String] {
        var warnings = facts.flatMap(\.warnings)
        if let first = facts.first, facts.contains(where: { Set($0.hostNames) != Set(first.hostNames) }) {
            warnings.append("The two certificates are not for the same hosts; which one a peer sees depends on the keys that it knows.")
        }
        return warnings
    }
}
