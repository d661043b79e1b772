/// The protocol versions that can be demanded as the least (F13). SSL is never spoken, TLS 1.3 always offered.
public enum TLSVersion: String, CaseIterable, Sendable, Comparable, SettingValue {
    case tls10 = "1.0"
    case tls11 = "1.1"
    case tls12 = "1.2"
    case tls13 = "1.3"

    public static func < (a: TLSVersion, b: TLSVersion) -> Bool { a.rawValue < b.rawValue }
}

/// TLS on every port that speaks it. RFC 8314, RFC 9325
public struct TLSSettings: SettingsGroup {
    /// F13
    public let minimumVersion = Setting(
        "tls.minimum-version", TLSVersion.tls12,
        """
        Oldest version of TLS that is spoken; 1.3 is always offered too. 1.0 and 1.1 are broken in part and need old ciphers: choose \
        them only for devices that know nothing better.
        """, takesEffect: .live)

    /// F14. The groups are named ones, so nothing has to be generated.
    public let dhBits = Setting(
        "tls.dh-bits", 2048, .only("1024, 2048, 3072 or 4096") { [1024, 2048, 3072, 4096].contains($0) },
        """
        Length of the key of a Diffie-Hellman exchange in a prime field, in bits, for clients without elliptic curves. Modern clients \
        refuse 1024.
        """, takesEffect: .live)

    public let handshakeTimeout = Setting(
        "tls.handshake-timeout", Duration.seconds(30), .range(.seconds(1) ... .seconds(600)),
        "How long a peer has to agree with us on encryption.", takesEffect: .live)

    public init() {}
}
