internal import Glibc
internal import NIOCore
internal import Synchronization

/// One spare file descriptor, given up for a moment when the process or the system has no more, so that a waiting peer can be told
/// so and sent away instead of being left in the queue while the loop spins on it.
final class DescriptorReserve: Sendable {
    private let spare: Mutex<Int32>

    init() { spare = Mutex(Self.take()) }
    deinit { spare.withLock { if $0 >= 0 { close($0) } } }

    /// Accepts one waiting peer of `listener`, says `words`, closes. `false` when there was nobody, or not even the spare.
    func refuseOne(at listener: Int32, _ words: String) -> Bool {
        spare.withLock { spare in
            if spare >= 0 { close(spare) }
            let peer = accept(listener, nil, nil)
            if peer >= 0 {
                _ = Array(words.utf8).withUnsafeBytes { send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) }
                shutdown(peer, Int32(SHUT_WR))
                close(peer)
            }
            spare = Self.take()
            return peer >= 0
        }
    }

    private static func take() -> Int32 { open("/dev/null", O_RDONLY | O_CLOEXEC) }
}

/// Sits in a listening channel and answers its failures to accept.
final class DescriptorShortage: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private let listener: Int32
    private let reserve: DescriptorReserve
    private let words: () -> String
    private let report: () -> Void

    /// Peers sent away before the loop's other connections have their turn.
    private static let atOnce = 32
    /// How long the queue waits when nobody could be sent away.
    private static let pause = TimeAmount.milliseconds(250)

    init(listener: Int32, reserve: DescriptorReserve, words: @escaping () -> String, report: @escaping () -> Void) {
        self.listener = listener
        self.reserve = reserve
        self.words = words
        self.report = report
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else { return }
        report()
        var sent = 0
        while sent < Self.atOnce, reserve.refuseOne(at: listener, words()) { sent += 1 }
        if sent == 0 { rest(context) }
    }

    private func rest(_ context: ChannelHandlerContext) {
        let channel = context.channel
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.scheduleTask(in: Self.pause) { try? channel.syncOptions?.setOption(.autoRead, value: true) }
    }
}
