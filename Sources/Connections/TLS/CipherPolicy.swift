internal import COpenSSL
internal import MailSettings

/// Which ciphers a choice of minimum version and field length comes to.
///
/// | least version | TLS 1.2 and older | OpenSSL's security level |
/// |---|---|---|
/// | 1.2, 1.3 | forward secret AEAD ciphers | 2; 1 with a field of 1024 bits |
/// | 1.0, 1.1 | those, and forward secret and plain RSA AES-CBC for clients of those years | 0: the handshake is signed with SHA-1 |
struct CipherPolicy {
    let list: String
    let lowest: Int32

    /// X25519 and P-256 are what clients send a key share for; the others are for those that must.
    static let curves = "X25519:P-256:P-384:P-521"
    /// Of TLS 1.3. Both lengths of AES are beyond reach; the shorter one goes with SHA-256, for which processors have instructions, and a
    /// handshake hashes more than a message has octets.
    static let suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

    init(minimumVersion: TLSVersion, dhBits: Int) {
        let modern = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20"
        let legacy = "ECDHE+AES:DHE+AES:RSA+AESGCM:RSA+AES"
        let isLegacy = minimumVersion < .tls12
        let level = isLegacy ? 0 : dhBits < 2048 ? 1 : 2
        let never = "!aNULL:!eNULL:!MD5:!DSS:!PSK:!SRP:!AESCCM:!ARIA:!CAMELLIA"
        list = [modern, isLegacy ? legacy : nil, never, "@SECLEVEL=\(level)"].compactMap { $0 }.joined(separator: ":")
        lowest =
            switch minimumVersion {
            case .tls10: TLS1_VERSION
            case .tls11: TLS1_1_VERSION
            case .tls12: TLS1_2_VERSION
            case .tls13: TLS1_3_VERSION
            }
    }

    /// The parameters of DHE; the caller owns them. RFC 7919 §A, RFC 2409 §6.2
    static func field(bits: Int) -> OpaquePointer? { bits == 1024 ? postern_dh_1024() : postern_dh_named("ffdhe\(bits)") }
}
