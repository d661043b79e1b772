internal import COpenSSL
internal import Certificates

/// Which certificate a client sees: that of the host which it asks for, else the service's own. RFC 6066 §3
///
/// `@unchecked Sendable`: nothing changes after `init`.
final class ServerNames: @unchecked Sendable {
    private let own: Set<String>
    private let others: [String: OpaquePointer]
    private let contexts: [OpaquePointer]

    /// Takes the contexts over. Of two certificates for one host the first is shown.
    init(own: NamedCertificate, others: [(certificate: NamedCertificate, context: OpaquePointer)]) {
        self.own = Set(own.hostNames)
        self.others = Dictionary(
            others.flatMap { other in other.certificate.hostNames.map { ($0, other.context) } }, uniquingKeysWith: { first, _ in first })
        contexts = others.map(\.context)
    }

    deinit { for context in contexts { SSL_CTX_free(context) } }

    /// Must outlive the context.
    func attach(to context: OpaquePointer) {
        postern_ctx_set_server_name_callback(
            context,
            { ssl, _, argument in
                guard let ssl, let argument, let asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else {
                    return SSL_TLSEXT_ERR_NOACK
                }
                let names = Unmanaged<ServerNames>.fromOpaque(argument).takeUnretainedValue()
                return names.choose(String(cString: asked), for: ssl)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// A host that no certificate is for gets the own one: a mail client shows its user what it met, which a refusal would not.
    private func choose(_ host: String, for ssl: OpaquePointer) -> CInt {
        for name in NamedCertificate.hostNames(for: host) {
            if own.contains(name) { return SSL_TLSEXT_ERR_OK }
            guard let context = others[name] else { continue }
            SSL_set_SSL_CTX(ssl, context)
            return SSL_TLSEXT_ERR_OK
        }
        return SSL_TLSEXT_ERR_NOACK
    }
}
