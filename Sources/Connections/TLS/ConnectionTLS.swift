internal import NIOCore

/// From the clear to TLS.
extension Connection {
    /// Whether this connection can be encrypted now.
    public var canStartTLS: Bool { tls == nil && service.encryption.isOffered }

    /// Does the handshake, as the server, with whatever comes next from the peer; what was written before leaves in the clear.
    ///
    /// Throws `.notEncrypted` when the peers did not agree, which the peer was told by TLS; or when something that came in the clear
    /// is left, because those octets could be somebody else's (CVE-2011-0411).
    public func startTLS() async throws(ConnectionError) {
        guard let context = service.encryption.context() else { throw .notEncrypted }
        try await encrypt(with: TLSEngine(context), within: service.encryption.handshakeLimit())
    }

    /// Does the handshake as the client. Throws `.notEncrypted` when the peers did not agree or the host could not be proved:
    /// `tlsFailure` says why.
    public func startTLS(as client: TLSClient, within limit: Duration) async throws(ConnectionError) {
        guard let engine = TLSEngine(client) else {
            tlsFailure = "\(client.host) or what its DNS says of its certificates cannot be used"
            throw .notEncrypted
        }
        try await encrypt(with: engine, within: limit)
    }

    /// What a log-in can be tied to; `nil` in the clear.
    public var tlsBindings: TLSBindings? {
        loop.assertHere()
        return tls == nil ? nil : tlsHandler?.bindings
    }

    private func encrypt(with engine: TLSEngine, within limit: Duration) async throws(ConnectionError) {
        loop.assertHere()
        precondition(tlsHandler == nil, "a connection is encrypted once")
        // Octets that came in the clear are never taken for encrypted ones.
        guard input.readableBytes == 0 else {
            tlsFailure = "the peer went on in the clear"
            throw .notEncrypted
        }
        guard let context else { throw .closed }
        flush()
        let handler = TLSHandler(engine)
        do {
            try context.pipeline.syncOperations.addHandler(handler, position: .before(context.handler))
        } catch {
            throw .closed
        }
        tlsHandler = handler
        if isReadingPaused { setReading(true) }
        do throws(ConnectionError) {
            try await handshake(within: limit)
        } catch {
            handler.giveUp()
            throw error
        }
    }

    private func handshake(within limit: Duration) async throws(ConnectionError) {
        let began = loop.now
        while tls == nil {
            if tlsFailure != nil { throw .notEncrypted }
            if inputEnded || context == nil { throw .closed }
            if loop.interrupts(.handshake) { throw .stopping }
            try await sleep(.handshake, since: began, within: limit)
        }
    }

    /// From the handler.
    func encryptionChanged(_ event: TLSEvent) {
        switch event {
        case .established(let facts): tls = facts
        case .failed(let reason):
            tlsFailure = reason
            if tls == nil { service.encryption.report(reason, service, peer) }
        }
        if wait == .handshake { resume() }
    }
}
