internal import NIOCore
internal import NIOPosix

/// Where servers sign: threads beside the event loops, as many as processors, so that a burst of new connections uses all of them.
/// What waits here is one step of one handshake each, so no more than there are connections.
enum HandshakeThreads {
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: System.coreCount)
        pool.start()
        return pool
    }()

    /// Goes on with the handshake and answers on one of the threads. The engine is not touched by anybody else before that.
    static func advance(_ engine: TLSEngine, then done: @escaping @Sendable (TLSEngine.Progress) -> Void) {
        pool.submit { _ in done(engine.advance()) }
    }
}
