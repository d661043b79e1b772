internal import MailCore
internal import NIOCore
internal import NIOPosix

/// Where servers sign: threads beside the event loops, as many as processors, so that a burst of new connections uses all of them.
/// What waits here is one step of one handshake each, so no more than there are connections.
///
/// They stand back behind the loops, on which everybody waits who is connected already: a signature takes as long as ten turns of a
/// loop, and where the loop has to share a processor with two signatures it is what all others wait for.
enum HandshakeThreads {
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: System.coreCount)
        pool.start()
        return pool
    }()

    private static let standsBack = ThreadSpecificVariable<StandsBack>()
    private final class StandsBack: Sendable {}

    /// Goes on with the handshake and answers on one of the threads. The engine is not touched by anybody else before that.
    static func advance(_ engine: TLSEngine, then done: @escaping @Sendable (TLSEngine.Progress) -> Void) {
        pool.submit { _ in
            standBack()
            done(engine.advance())
        }
    }

    /// As far as where passwords are proven. With ten steps as much is submitted for 4 % more of the processors, and the slowest handshakes
    /// take longer.
    private static func standBack() {
        guard standsBack.currentValue == nil else { return }
        standsBack.currentValue = StandsBack()
        ThreadPriority.stepBack(5)
    }
}
