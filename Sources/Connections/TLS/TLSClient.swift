internal import COpenSSL
internal import MailCore
public import MailSettings
internal import Synchronization

/// How a client of ours speaks TLS: with whom, and how sure it must be of that.
public struct TLSClient: Sendable {
    /// One record by which a host's owner says which certificates are its own. RFC 6698 §2.1
    public struct TLSARecord: Hashable, Sendable {
        public let usage: UInt8
        public let selector: UInt8
        public let matching: UInt8
        public let data: [UInt8]

        public init(usage: UInt8, selector: UInt8, matching: UInt8, data: [UInt8]) {
            self.usage = usage
            self.selector = selector
            self.matching = matching
            self.data = data
        }
    }

    public enum Proof: Hashable, Sendable {
        /// Any certificate will do: better than none against who only listens. RFC 7435
        case none
        /// A certificate for the host from an authority that the system trusts.
        case authority
        /// What the host's signed DNS says, and nothing else; at least one record that can be used is needed. RFC 7672 §3
        case dane([TLSARecord])
    }

    /// The host's name, sent as SNI; it is also what a certificate must be for. With DANE it is the one below which the records stand.
    public var host: String
    /// Other names that it may be for. RFC 7672 §3.2.2
    public var otherNames: [String]
    public var proof: Proof
    public var minimumVersion: TLSVersion

    public init(host: String, otherNames: [String] = [], proof: Proof, minimumVersion: TLSVersion = .tls12) {
        self.host = host
        self.otherNames = otherNames
        self.proof = proof
        self.minimumVersion = minimumVersion
    }
}

/// What all connections of one kind of client share.
///
/// `@unchecked Sendable`: nothing about a context changes after `init`.
final class TLSClientContext: @unchecked Sendable {
    let handle: OpaquePointer

    /// One for each minimum version, made when it is first needed: reading the system's authorities takes milliseconds.
    private static let made = Mutex<[TLSVersion: TLSClientContext]>([:])

    static func shared(_ minimumVersion: TLSVersion) -> TLSClientContext {
        made.withLock { made in
            if let context = made[minimumVersion] { return context }
            let context = TLSClientContext(minimumVersion)
            made[minimumVersion] = context
            return context
        }
    }

    private init(_ minimumVersion: TLSVersion) {
        guard let context = SSL_CTX_new(TLS_client_method()) else { preconditionFailure("OpenSSL has memory for a context") }
        handle = context
        postern_ctx_set_manners(context)
        let policy = CipherPolicy(minimumVersion: minimumVersion, dhBits: 2048)
        precondition(
            postern_ctx_set_versions(context, policy.lowest, 0) == 1 && SSL_CTX_set_cipher_list(context, policy.list) == 1
                && SSL_CTX_dane_enable(context) == 1, "OpenSSL knows the versions and ciphers that it had when this was built")
        // A system without authorities proves nobody; that shows at the handshake.
        SSL_CTX_set_default_verify_paths(context)
        ERR_clear_error()
    }

    deinit { SSL_CTX_free(handle) }
}

extension TLSClient {
    /// Prepares a connection; `false` when the host's name or its records cannot be used.
    func prepare(_ ssl: OpaquePointer) -> Bool {
        // An address is no name to ask for. RFC 6066 §3
        guard IPAddress(host) != nil || postern_ssl_set_server_name(ssl, host) == 1 else { return false }
        switch proof {
        case .none:
            SSL_set_verify(ssl, SSL_VERIFY_NONE, nil)
            return true
        case .authority:
            SSL_set_verify(ssl, SSL_VERIFY_PEER, nil)
            return SSL_set1_host(ssl, host) == 1 && addNames(ssl)
        case .dane(let records):
            SSL_set_verify(ssl, SSL_VERIFY_PEER, nil)
            guard SSL_dane_enable(ssl, host) == 1, addNames(ssl) else { return false }
            // What cannot be used (an unknown selector) is passed over. RFC 7671 §10.1
            let usable = records.count { $0.add(to: ssl) }
            // A DANE-EE record stands for itself: neither names nor dates are looked at. RFC 7672 §3.1.1
            SSL_dane_set_flags(ssl, CUnsignedLong(DANE_FLAG_NO_DANE_EE_NAMECHECKS))
            return usable > 0
        }
    }

    private func addNames(_ ssl: OpaquePointer) -> Bool {
        // A star stands for a whole label. RFC 7672 §3.2.3
        SSL_set_hostflags(ssl, CUnsignedInt(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        return otherNames.allSatisfy { SSL_add1_host(ssl, $0) == 1 }
    }

    /// Those by which a certificate can be proved: of a known kind, and of the right form.
    public static func usable(_ records: [TLSARecord]) -> [TLSARecord] {
        guard !records.isEmpty, let ssl = SSL_new(TLSClientContext.shared(.tls12).handle) else { return [] }
        defer {
            SSL_free(ssl)
            ERR_clear_error()
        }
        guard SSL_dane_enable(ssl, nil) == 1 else { return [] }
        return records.filter { $0.add(to: ssl) }
    }

    /// What a handshake that came to its end has proved; of our own side's certificate nothing.
    static func verification(of ssl: OpaquePointer) -> SessionSecurity.Verification {
        guard SSL_is_server(ssl) == 0, SSL_get_verify_mode(ssl) == SSL_VERIFY_PEER, SSL_get_verify_result(ssl) == X509_V_OK else {
            return .none
        }
        guard SSL_get0_dane_authority(ssl, nil, nil) >= 0 else { return .authority }
        var usage: UInt8 = 0
        SSL_get0_dane_tlsa(ssl, &usage, nil, nil, nil, nil)
        return usage == 3 ? .daneEE : usage == 2 ? .daneTA : .authority
    }
}

extension TLSClient.TLSARecord {
    fileprivate func add(to ssl: OpaquePointer) -> Bool { SSL_dane_tlsa_add(ssl, usage, selector, matching, data, data.count) == 1 }
}
