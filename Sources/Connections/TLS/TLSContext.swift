internal import COpenSSL
internal import Certificates
internal import MailSettings

/// A server's TLS, ready for handshakes: certificates, ciphers, versions. Made anew when one of them changes; connections keep the
/// one they began with.
///
/// `@unchecked Sendable`: nothing about a context changes after `init`, and OpenSSL's own counters in it are locked.
public final class TLSContext: @unchecked Sendable {
    let handle: OpaquePointer
    private let names: ServerNames
    private let protocols: ApplicationProtocols

    /// Throws when a certificate or key cannot be used.
    public init(_ configuration: TLSConfiguration) throws(TLSConfigurationError) {
        handle = try Self.context(configuration, showing: configuration.certificate)
        var others: [(NamedCertificate, OpaquePointer)] = []
        do throws(TLSConfigurationError) {
            for other in configuration.others { others.append((other, try Self.context(configuration, showing: other))) }
        } catch {
            for (_, context) in others { SSL_CTX_free(context) }
            SSL_CTX_free(handle)
            throw error
        }
        names = ServerNames(own: configuration.certificate, others: others)
        protocols = ApplicationProtocols(configuration.protocols)
        names.attach(to: handle)
        protocols.attach(to: handle)
    }

    deinit { SSL_CTX_free(handle) }

    private static func context(
        _ configuration: TLSConfiguration, showing certificate: NamedCertificate
    ) throws(TLSConfigurationError) -> OpaquePointer {
        guard let context = SSL_CTX_new(TLS_server_method()) else { preconditionFailure("OpenSSL has memory for a context") }
        do throws(TLSConfigurationError) {
            try setUp(context, configuration)
            for pair in certificate.pairs { try CertificateLoading.use(pair, of: certificate.name, in: context) }
            return context
        } catch {
            SSL_CTX_free(context)
            throw error
        }
    }

    private static func setUp(_ context: OpaquePointer, _ configuration: TLSConfiguration) throws(TLSConfigurationError) {
        let policy = CipherPolicy(minimumVersion: configuration.minimumVersion, dhBits: configuration.dhBits)
        postern_ctx_set_manners(context)
        guard postern_ctx_set_versions(context, policy.lowest, 0) == 1, SSL_CTX_set_cipher_list(context, policy.list) == 1,
            SSL_CTX_set_ciphersuites(context, CipherPolicy.suites) == 1,
            postern_ctx_set_groups(context, CipherPolicy.curves) == 1
        else { throw TLSConfigurationError("TLS \(configuration.minimumVersion.rawValue) cannot be the minimum version here") }
        let field = CipherPolicy.field(bits: configuration.dhBits)
        guard let field, SSL_CTX_set0_tmp_dh_pkey(context, field) == 1 else {
            EVP_PKEY_free(field)
            throw TLSConfigurationError("\(configuration.dhBits) bits cannot be the length of the DH key here")
        }
        TicketKeys.attach(to: context)
    }
}

extension TLSConfigurationError {
    /// The sentence, with what OpenSSL says of it.
    init(_ sentence: String) { description = "\(sentence)\(OpenSSLFault.take().map { ": \($0)" } ?? "")." }
}
