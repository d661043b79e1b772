import COpenSSL

/// A server's certificate and those that lead from it towards a root, in this order.
struct ServerChain {
    let certificates: [X509Certificate]
    /// Those of the file that have no place in it.
    let strays: [X509Certificate]

    var leaf: X509Certificate { certificates[0] }

    /// Unix seconds, from when and until when all of them hold. A root does not count: peers look at their own copy of it.
    var validFrom: Int64 { dated.map(\.validFrom).max() ?? 0 }
    var validUntil: Int64 { dated.map(\.validUntil).min() ?? 0 }

    private var dated: [X509Certificate] { certificates.enumerated().filter { $0 == 0 || !$1.isSelfSigned }.map(\.element) }

    /// Finds the certificate that the key fits, and from there each one's issuer: the order in the file does not matter, as TLS 1.3
    /// allows peers to send any (RFC 8446 §4.4.2), while TLS 1.2 demands this one (RFC 5246 §7.4.2). A root at the end stays: a
    /// DANE-TA record may name it (RFC 7671 §5.2.2).
    init(_ pem: [UInt8], for key: PrivateKey) throws(CertificateRefusal.Problem) {
        var rest = try Self.read(pem)
        guard let own = rest.firstIndex(where: { $0.fits(key) }) else { throw .keyDoesNotFit(rest[0].subject) }
        var chain = [rest.remove(at: own)]
        while let last = chain.last, !last.isSelfSigned, let next = rest.firstIndex(where: { last.isIssued(by: $0) }) {
            chain.append(rest.remove(at: next))
        }
        rest.removeAll { other in chain.contains { $0.isSame(as: other) } }
        // Whoever gives more than his own certificate means a chain; the usual slip is the intermediate of last year.
        if !rest.isEmpty, chain.count == 1, !chain[0].isSelfSigned {
            throw .issuerMissing(subject: chain[0].subject, issuer: chain[0].issuer)
        }
        certificates = chain
        strays = rest
    }

    /// All certificates of a PEM text, in its order.
    private static func read(_ pem: [UInt8]) throws(CertificateRefusal.Problem) -> [X509Certificate] {
        guard pem.count <= KeyPair.longestChain else { throw .chainTooLarge }
        guard !KeyPair.looksLikeDER(pem) else { throw .chainIsNotPEM }
        return try MemoryFile.reading(pem) { file throws(CertificateRefusal.Problem) in
            var all: [X509Certificate] = []
            while let next = postern_x509_read_certificate(file) {
                all.append(X509Certificate(owning: next))
                guard all.count <= KeyPair.mostCertificates else { throw .tooManyCertificates }
            }
            guard MemoryFile.isAtEndOfPEM else { throw .certificateDamaged(number: all.count + 1) }
            guard !all.isEmpty else { throw .noCertificate }
            return all
        }
    }
}

extension KeyPair {
    /// Ten certificates with 4096-bit keys need 25 KiB; what tools print around them may be several times that.
    static let longestChain = 128 << 10
    static let longestKey = 32 << 10
    static let mostCertificates = 10

    /// A SEQUENCE of ASN.1 whose length is the file's, or stands in several octets, which no text begins with.
    static func looksLikeDER(_ bytes: [UInt8]) -> Bool {
        bytes.count > 3 && bytes[0] == 0x30 && ((0x81...0x84).contains(bytes[1]) || Int(bytes[1]) == bytes.count - 2)
    }

    /// Whether a line begins a block of this name, or of a kind of it: `RSA PRIVATE KEY`.
    static func holdsBlock(named name: String, _ pem: [UInt8]) -> Bool {
        pem.split(whereSeparator: { $0 == 10 || $0 == 13 }).contains { line in
            line.starts(with: "-----BEGIN ".utf8) && line.firstRange(of: Array("\(name)-----".utf8)) != nil
        }
    }
}
