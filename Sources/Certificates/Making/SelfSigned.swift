import COpenSSL
import Glibc
import MailCore

/// Certificates that vouch for themselves: until the operator has others, connections are encrypted at least.
public enum SelfSigned {
    /// Ten years. Nobody trusts such a certificate but by an exception for exactly this one, which should last as long as the
    /// appliance does; and a machine whose clock is years behind at its first start must not end up with an expired one. (Apple's
    /// devices take at most 825 days from a certificate that is installed as a trusted one: ask for fewer days then.)
    public static let usualDays = 3650
    public static let daysAllowed = 1...3650

    /// Makes an ECDSA P-256 and an RSA 2048 key, each with its certificate for `hostName`. Takes a few tenths of a second, most of it
    /// for the RSA key.
    public static func make(
        name: String, hostName: String, days: Int = usualDays, at now: Int64
    ) throws(CertificateRefusal) -> NamedCertificate {
        guard let host = HostNames.normalised(hostName.utf8) else { throw CertificateRefusal(.hostNotAllowed(hostName)) }
        guard daysAllowed.contains(days) else { throw CertificateRefusal(.lifetimeNotAllowed) }
        let pairs = [postern_x509_make_ecdsa("P-256"), postern_x509_make_rsa(2048)].map { made in
            guard let made else { preconditionFailure("OpenSSL has memory and random numbers") }
            let key = PrivateKey(owning: made)
            return KeyPair(chain: certificate(for: host, key, days: days, at: now).pem, key: key.pem)
        }
        return NamedCertificate(name: name, pairs: pairs, hostNames: [host])
    }

    /// RFC 5280 §4.1
    private static func certificate(for host: String, _ key: PrivateKey, days: Int, at now: Int64) -> X509Certificate {
        guard let made = X509_new() else { preconditionFailure("OpenSSL has memory") }
        let certificate = X509Certificate(owning: made)
        // Peers whose clock is behind ours need not wait.
        let start = now - 86_400
        let extensions = [
            (NID_basic_constraints, "critical,CA:FALSE"),
            (NID_key_usage, "critical,digitalSignature" + (key.kind?.algorithm == "RSA" ? ",keyEncipherment" : "")),
            (NID_ext_key_usage, "serverAuth"),
            (NID_subject_alt_name, "DNS:\(host)"),
            (NID_subject_key_identifier, "hash"),
        ]
        let isMade =
            X509_set_version(made, 2) == 1 && setSerial(of: made)
            && ASN1_TIME_set(X509_getm_notBefore(made), time_t(start)) != nil
            && ASN1_TIME_set(X509_getm_notAfter(made), time_t(now + Int64(days) * 86_400)) != nil
            && X509_set_pubkey(made, key.pointer) == 1 && setName(of: made, to: host)
            && extensions.allSatisfy { postern_x509_add_extension(made, CInt($0.0), $0.1) == 1 }
            && X509_sign(made, key.pointer, EVP_sha256()) > 0
        precondition(isMade, "OpenSSL has memory and random numbers")
        return certificate
    }

    /// 159 random bits, the highest of them set: positive, at most 20 octets, never twice. RFC 5280 §4.1.2.2
    private static func setSerial(of certificate: OpaquePointer) -> Bool {
        guard let number = BN_new() else { return false }
        defer { BN_free(number) }
        return BN_rand(number, 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1
            && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
    }

    /// Subject and issuer are the host as common name, which has at most 64 characters (RFC 5280 appendix A.1); the name that
    /// counts is the DNS name.
    private static func setName(of certificate: OpaquePointer, to host: String) -> Bool {
        let name = X509_get_subject_name(certificate)
        let common = Array((host.utf8.count <= 64 ? host : "Postern").utf8)
        return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, common, CInt(common.count), -1, 0) == 1
            && X509_set_issuer_name(certificate, name) == 1
    }
}
