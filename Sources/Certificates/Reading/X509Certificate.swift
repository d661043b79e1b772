import COpenSSL
import Glibc
import MailCore

/// One certificate in OpenSSL's hands. RFC 5280
final class X509Certificate {
    private let pointer: OpaquePointer

    /// Takes the certificate over.
    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { X509_free(pointer) }

    var subject: String { ReadableText.name(X509_get_subject_name(pointer)) }
    var issuer: String { ReadableText.name(X509_get_issuer_name(pointer)) }

    /// Unix seconds, from when and until when it holds.
    var validFrom: Int64 { Self.seconds(X509_get0_notBefore(pointer)) }
    var validUntil: Int64 { Self.seconds(X509_get0_notAfter(pointer)) }

    /// SHA-256 over the certificate, as `openssl x509 -fingerprint -sha256` shows it.
    var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: CUnsignedInt = 0
        precondition(X509_digest(pointer, EVP_sha256(), &digest, &count) == 1, "OpenSSL has SHA-256")
        return ReadableText.hexadecimal(Array(digest.prefix(Int(count))))
    }

    var isSelfSigned: Bool { isIssued(by: self) }

    /// Whether the other one's name is the issuer's, and its key made this signature.
    func isIssued(by other: X509Certificate) -> Bool {
        defer { ERR_clear_error() }
        guard X509_NAME_cmp(X509_get_issuer_name(pointer), X509_get_subject_name(other.pointer)) == 0,
            let key = X509_get0_pubkey(other.pointer)
        else { return false }
        return X509_verify(pointer, key) == 1
    }

    func isSame(as other: X509Certificate) -> Bool { X509_cmp(pointer, other.pointer) == 0 }

    func fits(_ key: PrivateKey) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_private_key(pointer, key.pointer) == 1
    }

    /// Whether its purposes, if it names any, hold a server's. RFC 5280 §4.2.1.12
    var isForServers: Bool {
        // All bits are set when it names none.
        X509_get_extended_key_usage(pointer) & CUnsignedInt(XKU_SSL_SERVER | XKU_ANYEKU) != 0
    }

    /// 112 bits for key and signature are what OpenSSL's security level 2 asks of every certificate that a server shows; nobody
    /// looks at the signature of one that signed itself.
    var isStrong: Bool {
        var bits: CInt = 0
        guard let key = X509_get0_pubkey(pointer), EVP_PKEY_get_security_bits(key) >= 112 else { return false }
        return isSelfSigned || (X509_get_signature_info(pointer, nil, nil, &bits, nil) == 1 && bits >= 112)
    }

    /// The DNS names and the addresses that it is for. RFC 5280 §4.2.1.6
    var alternativeNames: (hosts: [String], addresses: [IPAddress]) {
        defer { ERR_clear_error() }
        guard let names = postern_x509_alternative_names(pointer) else { return ([], []) }
        defer { GENERAL_NAMES_free(names) }
        var hosts: [String] = []
        var addresses: [IPAddress] = []
        for index in 0..<postern_x509_count(names) {
            var start: UnsafePointer<UInt8>?
            var length: CInt = 0
            let type = postern_x509_name(names, index, &start, &length)
            guard let start, length > 0 else { continue }
            let octets = Array(UnsafeBufferPointer(start: start, count: Int(length)))
            if type == GEN_DNS, let host = HostNames.pattern(octets), !hosts.contains(host) { hosts.append(host) }
            if type == GEN_IPADD, let address = IPAddress(octets: octets) { addresses.append(address) }
        }
        return (hosts, addresses)
    }

    /// The subject's common name, when that is a host name: how certificates named their host before RFC 2818.
    var commonHostName: String? {
        let subject = X509_get_subject_name(pointer)
        let last = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        guard last >= 0, let text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)),
            let start = ASN1_STRING_get0_data(text)
        else { return nil }
        return HostNames.pattern(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(text))))
    }

    var pem: [UInt8] { MemoryFile.written { PEM_write_bio_X509($0, pointer) == 1 } }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var parts = tm()
        // A time that cannot be read is one that has passed.
        guard ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
        return Int64(timegm(&parts))
    }
}
