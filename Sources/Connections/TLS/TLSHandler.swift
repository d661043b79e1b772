internal import NIOCore

/// What a connection's encryption tells it.
enum TLSEvent {
    case established(TLSFacts)
    /// The reason, for the journal.
    case failed(String)
}

/// Stands between the socket and the connection and encrypts. Whose promise is kept, has his octets' ciphertext with the kernel.
///
/// What is written before the handshake's end waits for it. A close says goodbye first (close_notify), and closes when that has left;
/// `abandon()` closes at once. Each write is a system call and a packet: a ticket leaves with the first answer, a goodbye with the last.
///
/// A server signs in the handshake: as much work as some messages, or with a long key as some dozen. That step is done on a thread of
/// its own (``HandshakeThreads``), so that nobody else of the loop waits for it. Meanwhile the engine is that thread's, and what the
/// peer sends waits in `arrived`.
final class TLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let engine: TLSEngine
    /// The engine is with another thread.
    private var isAway = false
    private var arrived = ByteBuffer()
    /// A client has to wait for our answer to its first message; the rest of that message may come in pieces.
    private static let mostAhead = 1 << 16
    private var waiting: CircularBuffer<(plain: ByteBuffer, written: EventLoopPromise<Void>?)> = []
    private var hasFailed = false
    private var endsWithNextFlush = false
    private var hasSaidGoodbye = false
    private var peerHasEnded = false
    private var isAbandoned = false

    init(_ engine: TLSEngine) { self.engine = engine }

    var bindings: TLSBindings { engine.bindings }
    private var isEstablished: Bool { !isAway && engine.isEstablished }

    /// From now on a close waits for nothing.
    func abandon() { isAbandoned = true }

    /// What is flushed next is the last: the goodbye leaves with it.
    func endWithNextFlush() { endsWithNextFlush = true }

    /// A client speaks first.
    func handlerAdded(context: ChannelHandlerContext) {
        guard context.channel.isActive, !engine.isServer else { return }
        advance(context)
        context.flush()
    }

    /// The handshake is not waited for any longer: what would be said behind it never will be.
    func giveUp() {
        hasFailed = true
        arrived = ByteBuffer()
        failWaiting(ChannelError.ioOnClosedChannel)
    }

    // MARK: from the peer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        var octets = unwrapInboundIn(data)
        guard !isAway else {
            arrived.writeBuffer(&octets)
            if arrived.readableBytes > Self.mostAhead { fail(context, "the peer went on without waiting for an answer") }
            return
        }
        engine.receive(octets)
        if !isEstablished { advance(context) }
        if isEstablished { decrypt(context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        failWaiting(ChannelError.ioOnClosedChannel)
        if !isEstablished { fail(context, "the peer has gone") }
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        if !isEstablished { fail(context, "the peer has gone") }
        endInput(context)
    }

    private func advance(_ context: ChannelHandlerContext) {
        guard engine.isAboutToSign else { return advanced(context, engine.advance()) }
        isAway = true
        let home = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        HandshakeThreads.advance(engine) { [loop = context.eventLoop] progress in
            loop.execute { home.value.handler.comeBack(home.value.context, progress) }
        }
    }

    private func comeBack(_ context: ChannelHandlerContext, _ progress: TLSEngine.Progress) {
        isAway = false
        guard !hasFailed else { return }
        advanced(context, progress)
        if arrived.readableBytes > 0, !hasFailed {
            let octets = arrived
            arrived = ByteBuffer()
            channelRead(context: context, data: wrapInboundOut(octets))
        }
        channelReadComplete(context: context)
    }

    private func advanced(_ context: ChannelHandlerContext, _ progress: TLSEngine.Progress) {
        switch progress {
        case .waiting: send(context)
        case .established(let facts):
            if !engine.owesOnlyTicket { send(context) }
            context.fireUserInboundEventTriggered(TLSEvent.established(facts))
            if !waiting.isEmpty { flush(context: context) }
        case .failed(let reason):
            send(context)
            fail(context, reason)
        }
    }

    private func decrypt(_ context: ChannelHandlerContext) {
        var plain = context.channel.allocator.buffer(capacity: engine.received.readableBytes)
        let owed = engine.toSend.readableBytes
        let outcome = engine.decrypt(into: &plain)
        // A key update or an alert may be due to the peer.
        if engine.toSend.readableBytes > owed { send(context) }
        if plain.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(plain)) }
        switch outcome {
        case .all: break
        case .ended: endInput(context)
        case .failed(let reason):
            fail(context, reason)
            endInput(context)
        }
    }

    private func endInput(_ context: ChannelHandlerContext) {
        guard !peerHasEnded else { return }
        peerHasEnded = true
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    private func fail(_ context: ChannelHandlerContext, _ reason: String) {
        guard !hasFailed else { return }
        giveUp()
        context.fireUserInboundEventTriggered(TLSEvent.failed(reason))
    }

    // MARK: to the peer

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !hasFailed else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        waiting.append((unwrapOutboundIn(data), promise))
    }

    func flush(context: ChannelHandlerContext) {
        if isEstablished {
            var written: EventLoopPromise<Void>?
            while let (plain, promise) = waiting.popFirst() {
                engine.encrypt(plain)
                if let promise { written.setOrCascade(to: promise) }
            }
            if endsWithNextFlush { sayGoodbye() }
            send(context, written)
        }
        context.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode != .input, isEstablished, !hasSaidGoodbye, !isAbandoned else {
            if mode == .all { failWaiting(ChannelError.ioOnClosedChannel) }
            return context.close(mode: mode, promise: promise)
        }
        flush(context: context)
        sayGoodbye()
        let left = context.eventLoop.makePromise(of: Void.self)
        send(context, left)
        context.flush()
        left.futureResult.assumeIsolatedUnsafeUnchecked().whenComplete { _ in context.close(mode: mode, promise: promise) }
    }

    private func sayGoodbye() {
        guard !hasSaidGoodbye else { return }
        hasSaidGoodbye = true
        engine.sayGoodbye()
    }

    /// Hands the engine's octets to the socket; they leave with the next flush.
    private func send(_ context: ChannelHandlerContext, _ written: EventLoopPromise<Void>? = nil) {
        if let octets = engine.takeToSend() {
            context.write(wrapOutboundOut(octets), promise: written)
        } else {
            written?.succeed()
        }
    }

    private func failWaiting(_ error: any Error) {
        while let (_, promise) = waiting.popFirst() { promise?.fail(error) }
    }
}
