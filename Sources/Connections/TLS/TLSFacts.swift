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

    public init(version: String, cipher: String, serverName: String?, verified: SessionSecurity.Verification = .none) {
        self.version = version
        self.cipher = cipher
        self.serverName = serverName
        self.verified = verified
    }

    /// As it is told of a session that we began.
    public var security: SessionSecurity { SessionSecurity(version: version, cipher: cipher, verified: verified) }
}

/// What ties a log-in to this one encrypted connection.
public struct TLSBindings: Hashable, Sendable {
    /// `tls-server-end-point`: a digest of the server's certificate. RFC 5929 §4.1
    public let endPoint: [UInt8]
    /// `tls-exporter`, 32 octets; `nil` below TLS 1.3. RFC 9266 §4.2
    public let exporter: [UInt8]?

    public init(endPoint: [UInt8], exporter: [UInt8]?) {
        self.endPoint = endPoint
        self.exporter = exporter
    }
}
