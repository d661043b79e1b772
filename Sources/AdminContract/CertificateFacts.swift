/// A named certificate; never its key.
public struct CertificateFacts: Codable, Sendable {
    /// One chain, as its first certificate says.
    public struct Pair: Codable, Sendable {
        /// `RSA 2048`, `ECDSA P-256`
        public var key: String
        public var subject: String
        public var issuer: String
        /// RFC 3339, in UTC.
        public var validFrom: String
        public var validUntil: String
        /// SHA-256, as `1F:2E:…`
        public var fingerprint: String
        public var isSelfSigned: Bool
        /// How many certificates a peer is sent.
        public var chainLength: Int

        public init(
            key: String, subject: String, issuer: String, validFrom: String, validUntil: String, fingerprint: String, isSelfSigned: Bool,
            chainLength: Int
        ) {
            self.key = key
            self.subject = subject
            self.issuer = issuer
            self.validFrom = validFrom
            self.validUntil = validUntil
            self.fingerprint = fingerprint
            self.isSelfSigned = isSelfSigned
            self.chainLength = chainLength
        }
    }

    public var name: String
    /// `imported`, `linked` or `self-signed`.
    public var source: String
    /// When the operator has given it. RFC 3339, in UTC.
    public var changed: String
    /// DNS names and addresses that it is for.
    public var hosts: [String]
    /// None when it could not be read, so that nobody is shown it.
    public var pairs: [Pair]
    /// The first end among the pairs. RFC 3339, in UTC.
    public var validUntil: String?
    /// Whole days until then; negative when it is past.
    public var daysLeft: Int?
    /// Where a linked one lies.
    public var files: [CertificatePair]?
    /// Sentences about what needs somebody's attention.
    public var warnings: [String]

    public init(
        name: String, source: String, changed: String, hosts: [String], pairs: [Pair], validUntil: String?, daysLeft: Int?,
        files: [CertificatePair]?, warnings: [String]
    ) {
        self.name = name
        self.source = source
        self.changed = changed
        self.hosts = hosts
        self.pairs = pairs
        self.validUntil = validUntil
        self.daysLeft = daysLeft
        self.files = files
        self.warnings = warnings
    }
}

/// A certificate that was given, and whether it took the place of another.
public struct CertificatePut: Codable, Sendable {
    public var certificate: CertificateFacts
    public var replaced: Bool

    public init(certificate: CertificateFacts, replaced: Bool) {
        self.certificate = certificate
        self.replaced = replaced
    }
}
