internal import COpenSSL
internal import NIOCore

/// One connection's TLS as a machine between two buffers: octets of the network go in and come out, no socket is known here.
///
/// OpenSSL reads from `received` and writes to `toSend` by a BIO of our own, so that nothing is copied into buffers of OpenSSL's
/// that would stay with an idle connection.
///
/// | state | `advance` | `decrypt` | `encrypt` |
/// |---|---|---|---|
/// | handshaking | goes on, as far as the peer's octets reach | – | – |
/// | established | – | what has come | what is to go |
/// | failed | – | nothing | nothing |
///
/// `@unchecked Sendable`: it is used by one thread at a time, and handed over whole (``HandshakeThreads``).
final class TLSEngine: @unchecked Sendable {
    enum Progress {
        /// More octets of the peer are needed.
        case waiting
        case established(TLSFacts)
        /// The reason, for the journal. The alert for the peer lies in `toSend`.
        case failed(String)
    }

    private let ssl: OpaquePointer
    /// Holds what `ssl` was made from: its callbacks point there.
    private let context: AnyObject
    /// Octets from the peer that OpenSSL has not taken yet.
    fileprivate(set) var received = ByteBuffer()
    /// Octets for the peer.
    fileprivate(set) var toSend = ByteBuffer()
    private var state = State.handshaking
    /// Something was said to the peer.
    fileprivate var hasAnswered = false

    private enum State { case handshaking, established, failed }

    /// The server's side.
    convenience init(_ context: TLSContext) {
        self.init(context.handle, keeping: context)
        SSL_set_accept_state(ssl)
    }

    /// The client's side; `nil` when the host or what must be proved of it cannot be used.
    convenience init?(_ client: TLSClient) {
        let context = TLSClientContext.shared(client.minimumVersion)
        self.init(context.handle, keeping: context)
        SSL_set_connect_state(ssl)
        guard client.prepare(ssl) else {
            ERR_clear_error()
            return nil
        }
    }

    private init(_ handle: OpaquePointer, keeping context: AnyObject) {
        guard let ssl = SSL_new(handle), let bio = BIO_new(EngineBIO.method) else {
            preconditionFailure("OpenSSL has memory for a connection")
        }
        self.ssl = ssl
        self.context = context
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        SSL_set_bio(ssl, bio, bio)
    }

    deinit { SSL_free(ssl) }

    var isServer: Bool { SSL_is_server(ssl) == 1 }
    var isEstablished: Bool { state == .established }
    /// What a server says first is what it signs, unless it has to ask for another key share before.
    var isAboutToSign: Bool { isServer && state == .handshaking && !hasAnswered }
    /// Whether what lies in `toSend` at the handshake's end can wait for the first answer: below TLS 1.3 the server's own end of the
    /// handshake is among it.
    var owesOnlyTicket: Bool { isServer && SSL_version(ssl) >= TLS1_3_VERSION }

    func receive(_ buffer: ByteBuffer) {
        if received.readableBytes == 0 { received = buffer } else { received.writeImmutableBuffer(buffer) }
    }

    /// Goes on with the handshake.
    func advance() -> Progress {
        precondition(state == .handshaking, "a handshake is done once")
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 {
            state = .established
            return .established(facts)
        }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .waiting
        default: return .failed(fail())
        }
    }

    enum Decrypted {
        /// All that could be read was appended.
        case all
        /// The peer has said that nothing more will come. RFC 8446 §6.1
        case ended
        case failed(String)
    }

    /// Appends the octets that have come to `plain`.
    func decrypt(into plain: inout ByteBuffer) -> Decrypted {
        guard state == .established else { return .all }
        // OpenSSL takes no more from us than the record it works on: without octets of ours or text of its own nothing is left in it.
        while received.readableBytes > 0 || SSL_pending(ssl) > 0 {
            var result: CInt = 0
            // Its text is no longer than what carried it; a record that began earlier lies in OpenSSL's buffer.
            plain.writeWithUnsafeMutableBytes(minimumWritableBytes: max(256, min(received.readableBytes, 1 << 16))) { room in
                ERR_clear_error()
                result = SSL_read(ssl, room.baseAddress, CInt(clamping: room.count))
                return max(0, Int(result))
            }
            guard result <= 0 else { continue }
            switch SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .all
            case SSL_ERROR_ZERO_RETURN: return .ended
            default: return .failed(fail())
            }
        }
        return .all
    }

    /// Puts the records that carry `plain` into `toSend`.
    func encrypt(_ plain: ByteBuffer) {
        guard state == .established else { return }
        plain.withUnsafeReadableBytes { raw in
            // A record of 16 KiB takes 22 octets more.
            toSend.reserveCapacity(minimumWritableBytes: raw.count + (raw.count / 16384 + 1) * 64)
            var written = 0
            while written < raw.count {
                ERR_clear_error()
                let result = SSL_write(ssl, raw.baseAddress?.advanced(by: written), CInt(clamping: raw.count - written))
                guard result > 0 else {
                    _ = fail()
                    return
                }
                written += Int(result)
            }
        }
    }

    /// Says that nothing more will come from us. RFC 8446 §6.1
    func sayGoodbye() {
        guard state == .established else { return }
        ERR_clear_error()
        SSL_shutdown(ssl)
        ERR_clear_error()
    }

    func takeToSend() -> ByteBuffer? {
        guard toSend.readableBytes > 0 else { return nil }
        defer { toSend = ByteBuffer() }
        return toSend
    }

    private func fail() -> String {
        state = .failed
        let verdict = SSL_get_verify_result(ssl)
        let doubt = verdict == X509_V_OK ? "" : ": \(String(cString: X509_verify_cert_error_string(verdict)))"
        return (OpenSSLFault.take() ?? "the connection broke off") + doubt
    }

    private var facts: TLSFacts {
        TLSFacts(
            version: String(cString: SSL_get_version(ssl)),
            cipher: SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) } ?? "unknown",
            serverName: SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0).lowercased() },
            verified: TLSClient.verification(of: ssl))
    }

    /// Made when somebody asks: it costs as much as some messages.
    var bindings: TLSBindings { TLSBindings(endPoint: ChannelBinding.endPoint(of: ssl), exporter: ChannelBinding.exporter(of: ssl)) }
}

/// The way between OpenSSL and an engine's buffers.
private enum EngineBIO {
    nonisolated(unsafe) static let method: OpaquePointer = {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "connection") else {
            preconditionFailure("OpenSSL has memory for a method")
        }
        BIO_meth_set_create(method) { bio in
            BIO_set_init(bio, 1)
            return 1
        }
        BIO_meth_set_read_ex(method) { bio, room, count, taken in
            guard let bio, let room, let taken else { return 0 }
            let engine = EngineBIO.engine(of: bio)
            postern_bio_clear_retry(bio)
            let octets = engine.received.readWithUnsafeReadableBytes { raw in
                guard let start = raw.baseAddress else { return 0 }
                let octets = min(count, raw.count)
                UnsafeMutableRawPointer(room).copyMemory(from: start, byteCount: octets)
                return octets
            }
            guard octets > 0 else {
                postern_bio_retry_read(bio)
                return 0
            }
            if engine.received.readableBytes == 0 { engine.received = ByteBuffer() }
            taken.pointee = octets
            return 1
        }
        BIO_meth_set_write_ex(method) { bio, octets, count, written in
            guard let bio, let octets, let written else { return 0 }
            postern_bio_clear_retry(bio)
            let engine = EngineBIO.engine(of: bio)
            engine.hasAnswered = true
            engine.toSend.writeBytes(UnsafeRawBufferPointer(start: octets, count: count))
            written.pointee = count
            return 1
        }
        // Nothing is held back here: flushing is always done. No other request means anything.
        BIO_meth_set_ctrl(method) { _, request, _, _ in request == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }()

    private static func engine(of bio: OpaquePointer) -> TLSEngine {
        Unmanaged<TLSEngine>.fromOpaque(BIO_get_data(bio)).takeUnretainedValue()
    }
}
