/// What an encrypted connection's two ends have agreed on.
public struct TLSFacts: Hashable, Sendable {
    /// `TLSv1.3`
    public let version: String
    /// `TLS_AES_256_GCM_SHA384`
    public let cipher: String
    /// The host name that the peer asked for (SNI), in lower case. RFC 6066 §3
    public let serverName: String?
    /// The `tls-server-end-point` channel binding: a digest of the server's certificate. RFC 5929 §4.1
    public let endPointBinding: [UInt8]
    /// The `tls-exporter` channel binding, 32 octets; `nil` below TLS 1.3. RFC 9266 §4.2
    public let exporterBinding: [UInt8]?

    public init(version: String, cipher: String, serverName: String?, endPointBinding: [UInt8], exporterBinding: [UInt8]?) {
        self.version = version
        self.cipher = cipher
        self.serverName = serverName
        self.endPointBinding = endPointBinding
        self.exporterBinding = exporterBinding
    }
}
