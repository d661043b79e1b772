import COpenSSL

/// A private key in OpenSSL's hands.
final class PrivateKey {
    let pointer: OpaquePointer

    /// Takes the key over.
    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }

    /// Reads the first private key of a PEM text; what else stands there is passed over.
    convenience init(pem: [UInt8]) throws(CertificateRefusal.Problem) {
        guard pem.count <= KeyPair.longestKey else { throw .keyTooLarge }
        guard !KeyPair.looksLikeDER(pem) else { throw .keyIsNotPEM }
        var wantsPassword: CInt = 0
        let found: OpaquePointer? = try MemoryFile.reading(pem) { file throws(CertificateRefusal.Problem) in
            postern_x509_read_key(file, &wantsPassword)
        }
        guard wantsPassword == 0 else { throw .keyEncrypted }
        guard let found else { throw KeyPair.holdsBlock(named: "PRIVATE KEY", pem) ? .keyDamaged : .noKey }
        self.init(owning: found)
    }

    /// `nil` for keys that mail programs cannot be expected to know.
    var kind: KeyKind? {
        switch EVP_PKEY_get_base_id(pointer) {
        case EVP_PKEY_RSA: return .rsa(bits: Int(EVP_PKEY_get_bits(pointer)))
        case EVP_PKEY_EC:
            var name = [CChar](repeating: 0, count: 64)
            guard EVP_PKEY_get_group_name(pointer, &name, name.count, nil) == 1 else { return nil }
            return KeyKind.Curve(openSSLName: String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
                .map { .ecdsa($0) }
        default: return nil
        }
    }

    /// What OpenSSL calls its kind: `ED25519`.
    var kindName: String { EVP_PKEY_get0_type_name(pointer).map { String(cString: $0) } ?? "unknown" }

    /// Without a password (PKCS #8, RFC 5958).
    var pem: [UInt8] { MemoryFile.written { postern_x509_write_key($0, pointer) == 1 } }
}

/// What a key can do, as far as a peer must know it.
public enum KeyKind: Hashable, Sendable, CustomStringConvertible {
    case rsa(bits: Int)
    case ecdsa(Curve)

    /// Those that TLS 1.3 signs with. RFC 8446 §4.2.3
    public enum Curve: String, Sendable, CaseIterable {
        case p256 = "P-256"
        case p384 = "P-384"
        case p521 = "P-521"

        init?(openSSLName: String) {
            switch openSSLName {
            case "prime256v1", "P-256": self = .p256
            case "secp384r1", "P-384": self = .p384
            case "secp521r1", "P-521": self = .p521
            default: return nil
            }
        }
    }

    /// `RSA 2048`, `ECDSA P-256`
    public var description: String {
        switch self {
        case .rsa(let bits): "RSA \(bits)"
        case .ecdsa(let curve): "ECDSA \(curve.rawValue)"
        }
    }

    /// `RSA` or `ECDSA`: of each there can be one in a certificate's name.
    public var algorithm: String {
        switch self {
        case .rsa: "RSA"
        case .ecdsa: "ECDSA"
        }
    }
}
