import COpenSSL

/// The few functions of the system's OpenSSL that passwords need. None of them can fail but for want of memory or of the kernel's
/// random numbers, and then going on would be worse than stopping.
enum Crypto {
    /// Octets of a SHA-256.
    static let digestLength = 32

    /// RFC 8018 §5.2 with HMAC-SHA-256, 32 octets. Costs what `iterations` says.
    static func pbkdf2(_ password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        digest { out, _ in
            password.withUnsafeBytes { password in
                // OpenSSL takes a missing password for an empty one.
                PKCS5_PBKDF2_HMAC(
                    password.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(password.count), salt, CInt(salt.count),
                    CInt(iterations), EVP_sha256(), CInt(digestLength), out) == 1
            }
        }
    }

    static func hmac(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        digest { out, length in HMAC(EVP_sha256(), key, CInt(key.count), bytes, bytes.count, out, &length) != nil }
    }

    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        digest { out, length in EVP_Digest(bytes, bytes.count, out, &length, EVP_sha256(), nil) == 1 }
    }

    static func random(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
            precondition(RAND_bytes(out.baseAddress, CInt(count)) == 1, "the kernel gives random numbers")
            initialized = count
        }
    }

    /// Takes the same time whatever differs.
    static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
    }

    private static func digest(_ write: (UnsafeMutablePointer<UInt8>?, inout CUnsignedInt) -> Bool) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: digestLength) { out, initialized in
            var length = CUnsignedInt(digestLength)
            precondition(write(out.baseAddress, &length) && length == digestLength, "OpenSSL has SHA-256 and memory")
            initialized = digestLength
        }
    }
}
