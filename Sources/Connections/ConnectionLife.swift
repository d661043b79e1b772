internal import MailCore
internal import NIOCore

/// From the channel's first word to its last: what the handler tells, and how a connection ends without losing its last words.
extension Connection {
    /// The channel is there: the session begins, on this loop, before this returns.
    func open(context: ChannelHandlerContext) {
        self.context = context
        if isOutgoing { loop.dialled(context.channel) }
        loop.add(self)
        loop.executor.enter {
            task = Task.immediate(executorPreference: loop.executor) { [self] in
                if await isReadyToTalk() { await service.serve(self) }
                finish()
            }
            if phase == .gone { task = nil }
        }
    }

    /// Where TLS comes first there is nothing to be said to a peer that does not speak it.
    private func isReadyToTalk() async -> Bool {
        guard service.encryption.isImplicit else { return true }
        do throws(ConnectionError) {
            try await startTLS()
            return true
        } catch {
            return false
        }
    }

    /// The pipeline is taken down. A channel that never became active was counted, but has no session that would say so.
    func abandon(_ channel: any Channel) {
        guard context == nil, task == nil, phase == .serving else { return }
        if isOutgoing { loop.dialled(channel) }
        leave()
    }

    func receive(_ buffer: ByteBuffer) {
        guard phase == .serving else { return }
        if input.readableBytes == 0 {
            input = buffer
        } else {
            // Without this a peer that always leaves half a line would make the buffer as long as all that it ever sent.
            input.discardReadBytes()
            input.writeImmutableBuffer(buffer)
        }
        if input.readableBytes > Self.inputMark, !isReadingPaused { setReading(false) }
    }

    /// All that the socket had has been received.
    func inputArrived() {
        switch wait {
        case .command, .content, .answer, .verdict, .event, .handshake: resume()
        case .none, .room, .outlet, .rest: break
        }
    }

    /// The peer will send no more; it may still listen (a client that says QUIT and shuts its side).
    func peerFinished() {
        inputEnded = true
        if phase == .lingering { context?.close(promise: nil) } else { inputArrived() }
    }

    func socketTakesMore() {
        if wait == .room || wait == .outlet { resume() }
    }

    /// The channel is gone, whoever closed it.
    func channelClosed() {
        guard context != nil else { return }
        context = nil
        inputEnded = true
        if phase != .serving { leave() }
        resume()
    }

    /// Ends it now, output or not.
    func cut() {
        task?.cancel()
        tlsHandler?.abandon()
        context?.close(promise: nil)
    }

    func sweep(at now: Duration, slack: Duration) {
        switch phase {
        case .serving where waiting != nil: if isOverdue(at: now, slack: slack) { passDeadline() }
        case .finishing: if now - waitBegan >= Self.finishLimit { cut() }
        case .lingering: if loop.isStopping || now - waitBegan >= Self.lingerLimit { cut() }
        case .serving, .gone: break
        }
    }

    /// The session has returned. A close drops what is still to be written, so it waits for the last write; and a close with
    /// unread input becomes a reset, which can overtake our last words, so a peer that was cut short is listened to for a moment.
    private func finish() {
        let wasCutShort = input.readableBytes > 0 || isReadingPaused || wasReceivingContent
        input = ByteBuffer()
        guard let context else { return leave() }
        phase = .finishing
        // A server that does not even read holds no stop up: what was not handed over goes another time.
        if isOutgoing, loop.isStopping, !context.channel.isWritable { return context.close(promise: nil) }
        waitBegan = loop.now
        if isReadingPaused { setReading(true) }
        let delivered = loop.loop.makePromise(of: Void.self)
        tlsHandler?.endWithNextFlush()
        context.writeAndFlush(NIOAny(output), promise: delivered)
        output = ByteBuffer()
        delivered.futureResult.assumeIsolatedUnsafeUnchecked().whenComplete { [self] _ in
            if wasCutShort && !inputEnded { linger() } else { self.context?.close(promise: nil) }
        }
    }

    private func linger() {
        guard let context else { return }
        phase = .lingering
        waitBegan = loop.now
        context.close(mode: .output, promise: nil)
    }

    private func leave() {
        guard phase != .gone else { return }
        phase = .gone
        if slot >= 0 { loop.remove(self) }
        task = nil
        service.release(peer.address)
    }
}
