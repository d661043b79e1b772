internal import COpenSSL
internal import Certificates

/// Gives a context a chain and its key, out of PEM in memory.
enum CertificateLoading {
    static func use(_ pair: KeyPair, of name: String, in context: OpaquePointer) throws(TLSConfigurationError) {
        ERR_clear_error()
        var certificates = readChain(pair.chain)
        defer { for certificate in certificates { X509_free(certificate) } }
        guard !certificates.isEmpty else { throw TLSConfigurationError("The certificate \(name) cannot be read") }
        guard let key = readKey(pair.key) else { throw TLSConfigurationError("The key of the certificate \(name) cannot be read") }
        defer { EVP_PKEY_free(key) }
        let own = certificates.removeFirst()
        defer { X509_free(own) }
        guard let stack = OPENSSL_sk_new_null() else { preconditionFailure("OpenSSL has memory for a list") }
        defer { OPENSSL_sk_free(stack) }
        for certificate in certificates { OPENSSL_sk_push(stack, UnsafeRawPointer(certificate)) }
        // The context takes references of its own.
        guard SSL_CTX_use_cert_and_key(context, own, key, stack, 0) == 1 else {
            throw TLSConfigurationError("The certificate \(name) cannot be used")
        }
    }

    private static func readChain(_ pem: [UInt8]) -> [OpaquePointer] {
        guard let source = BIO_new_mem_buf(pem, CInt(clamping: pem.count)) else { return [] }
        defer { BIO_free(source) }
        var certificates: [OpaquePointer] = []
        while certificates.count < 20, let certificate = PEM_read_bio_X509(source, nil, nil, nil) { certificates.append(certificate) }
        // The last attempt has met the end.
        if !certificates.isEmpty { ERR_clear_error() }
        return certificates
    }

    /// Never asks for a passphrase: a key that needs one is refused when it is imported.
    private static func readKey(_ pem: [UInt8]) -> OpaquePointer? {
        guard let source = BIO_new_mem_buf(pem, CInt(clamping: pem.count)) else { return nil }
        defer { BIO_free(source) }
        return PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in 0 }, nil)
    }
}
