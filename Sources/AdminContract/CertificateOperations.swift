/// `certificate import`
public struct CertificateImport: AdminOperation {
    public static let spec = OperationSpec(
        "certificate import", .put, "/api/certificates/{name}",
        "Keeps a certificate chain and its key here; one of the same name is replaced.")
    public enum CodingKeys: CodingKey, CaseIterable { case name, pairs }
    public typealias Answer = CertificatePut

    public var name: String
    /// PEM texts; one pair, or two of different kinds of key.
    public var pairs: [CertificatePair]

    public var subject: String { name }

    public init(name: String, pairs: [CertificatePair]) {
        self.name = name
        self.pairs = pairs
    }
}

/// `certificate link`
public struct CertificateLink: AdminOperation {
    public static let spec = OperationSpec(
        "certificate link", .put, "/api/certificates/{name}/link",
        "Uses a certificate chain and its key where they lie, and follows them when they are renewed; one of the same name is replaced.")
    public enum CodingKeys: CodingKey, CaseIterable { case name, pairs }
    public typealias Answer = CertificatePut

    public var name: String
    /// Absolute paths; one pair, or two of different kinds of key.
    public var pairs: [CertificatePair]

    public var subject: String { name }

    public init(name: String, pairs: [CertificatePair]) {
        self.name = name
        self.pairs = pairs
    }
}

/// `certificate self-signed`
public struct CertificateSelfSigned: AdminOperation {
    public static let spec = OperationSpec(
        "certificate self-signed", .put, "/api/certificates/{name}/self-signed",
        "Makes a certificate that vouches for itself, with an ECDSA and an RSA key; one of the same name is replaced.")
    public enum CodingKeys: CodingKey, CaseIterable { case name, host, days }
    public typealias Answer = CertificatePut

    public var name: String
    /// For whom it is made; missing is this machine's name.
    public var host: String?
    /// How long it lasts; missing is ten years.
    public var days: Int?

    public var subject: String { name }

    public init(name: String, host: String? = nil, days: Int? = nil) {
        self.name = name
        self.host = host
        self.days = days
    }
}

/// `certificate list`
public struct CertificateList: AdminOperation {
    public static let spec = OperationSpec("certificate list", .get, "/api/certificates", "Shows all certificates.")
    public enum CodingKeys: CodingKey, CaseIterable {}

    public struct Answer: Codable, Sendable {
        public var certificates: [CertificateFacts]
        public init(certificates: [CertificateFacts]) { self.certificates = certificates }
    }

    public init() {}
}

/// `certificate show`
public struct CertificateShow: AdminOperation {
    public static let spec = OperationSpec("certificate show", .get, "/api/certificates/{name}", "Shows one certificate.")
    public enum CodingKeys: CodingKey, CaseIterable { case name }
    public typealias Answer = CertificateFacts

    public var name: String
    public var subject: String { name }

    public init(name: String) { self.name = name }
}

/// `certificate remove`
public struct CertificateRemove: AdminOperation {
    public static let spec = OperationSpec(
        "certificate remove", .delete, "/api/certificates/{name}", "Removes a certificate that no setting names; linked files stay.")
    public enum CodingKeys: CodingKey, CaseIterable { case name }
    public typealias Answer = CertificateFacts

    public var name: String
    public var subject: String { name }

    public init(name: String) { self.name = name }
}

/// A chain and its key, as texts or as paths.
public struct CertificatePair: Codable, Sendable {
    public var chain: String
    public var key: String

    public init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }
}
