public import Certificates
public import MailSettings

/// How a server speaks TLS: what it shows, and what it insists on.
public struct TLSConfiguration: Hashable, Sendable {
    /// Shown to everybody who asks for no host that another one is for.
    public var certificate: NamedCertificate
    /// Shown to who asks for one of their hosts (SNI). RFC 6066 §3
    public var others: [NamedCertificate]
    /// TLS 1.3 is always offered, too.
    public var minimumVersion: TLSVersion
    /// Length of the prime field of a finite-field Diffie-Hellman exchange (F14): 1024, 2048, 3072 or 4096. ECDHE is preferred to it.
    public var dhBits: Int
    /// The application protocols that a client may mean by this port; a client that names others only is turned away, one that
    /// names none is not asked. Empty means that the protocol has no name. RFC 7301 §3.2
    public var protocols: [String]

    public init(
        certificate: NamedCertificate, others: [NamedCertificate] = [], minimumVersion: TLSVersion = .tls12, dhBits: Int = 2048,
        protocols: [String] = []
    ) {
        self.certificate = certificate
        self.others = others
        self.minimumVersion = minimumVersion
        self.dhBits = dhBits
        self.protocols = protocols
    }
}

/// A server cannot speak TLS as it was told to: one sentence for the operator.
public struct TLSConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}
