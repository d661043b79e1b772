public import MailCore

/// What can be told of one chain and its key: nothing of it is secret.
public struct PairFacts: Hashable, Sendable {
    /// `CN=mail.example.org, O=Example`
    public let subject: String
    public let issuer: String
    /// DNS names in lower case, wildcards among them; of a certificate that has none, the common name.
    public let hostNames: [String]
    public let addresses: [IPAddress]
    /// Unix seconds, from when and until when the whole chain holds, a root at its end left out.
    public let validFrom: Int64
    public let validUntil: Int64
    public let kind: KeyKind
    /// `1F:2E:…`, SHA-256
    public let fingerprint: String
    public let isSelfSigned: Bool
    /// How many certificates a peer is sent.
    public let chainLength: Int
    /// Sentences about what works, but not for everybody.
    public let warnings: [String]
}

extension KeyPair {
    /// Reads chain and key, both PEM text, and proves that they belong together. Gives the pair as it will be shown to peers, the
    /// chain in order and nothing else in either text, and its facts. Whether it has expired is not asked.
    static func read(chain: [UInt8], key: [UInt8]) throws(CertificateRefusal.Problem) -> (pair: KeyPair, facts: PairFacts) {
        let key = try PrivateKey(pem: key)
        guard let kind = key.kind else { throw .keyKindNotAllowed(key.kindName) }
        if case .rsa(let bits) = kind, bits < 2048 { throw .keyTooShort(bits: bits) }
        let chain = try ServerChain(chain, for: key)
        for certificate in chain.certificates where !certificate.isStrong { throw .weak(certificate.subject) }
        guard chain.leaf.isForServers else { throw .notForServers(chain.leaf.subject) }

        var (hosts, addresses) = chain.leaf.alternativeNames
        var warnings: [String] = []
        if hosts.isEmpty, addresses.isEmpty {
            guard let host = chain.leaf.commonHostName else { throw .noHostNames(chain.leaf.subject) }
            hosts = [host]
            warnings.append(
                "The \(kind) certificate names its host only as common name, which today's mail programs do not look at; "
                    + "have one made with a DNS name (subjectAltName).")
        }
        if chain.certificates.count == 1, !chain.leaf.isSelfSigned {
            warnings.append(
                "The \(kind) certificate comes without that of its issuer, \(chain.leaf.issuer); unless mail programs know that one, "
                    + "add it to the chain.")
        }
        for stray in chain.strays {
            warnings.append("\(stray.subject) has no place in the chain of the \(kind) certificate and is left out.")
        }
        let facts = PairFacts(
            subject: chain.leaf.subject, issuer: chain.leaf.issuer, hostNames: hosts, addresses: addresses,
            validFrom: chain.validFrom, validUntil: chain.validUntil, kind: kind, fingerprint: chain.leaf.fingerprint,
            isSelfSigned: chain.leaf.isSelfSigned,
            chainLength: chain.certificates.count, warnings: warnings)
        return (KeyPair(chain: chain.certificates.flatMap(\.pem), key: key.pem), facts)
    }
}
