public import MailCore

/// What an encrypted connection's two ends have agreed on.
public struct TLSFacts: Hashable, Sendable {
    /// `TLSv1.3`
    public let version: String
    /// `TLS_AES_256_GCM_SHA384`
    public let cipher: String
    /// The host name that the peer asked for (SNI), in lower case. RFC 6066 §3
    public let serverName: String?
    /// What proved the peer's certificate.
    public let verified: SessionSecurity.Verification
    /// The `tls-server-end-point` channel binding: a digest of the server's certificate. RFC 5929 §4.1
    public let endPointBinding: [UInt8]
    /// The `tls-exporter` channel binding, 32 octets; `nil` below TLS 1.3. RFC 9266 §4.2
    public let exporterBinding: [UInt8]?

    public init(
        version: String, cipher: String, serverName: String?, verified: SessionSecurity.Verification = .none, endPointBinding: [UInt8],
        exporterBinding: [UInt8]?
    ) {
        self.version = version
        self.cipher = cipher
        self.serverName = serverName
        self.verified = verified
        self.endPointBinding = endPointBinding
        self.exporterBinding = exporterBinding
    }

    /// As it is told of a session that we began.
    public var security: SessionSecurity { SessionSecurity(version: version, cipher: cipher, verified: verified) }
}
