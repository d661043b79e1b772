internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// What the hub's parts share.
final class HubState: Sendable {
    /// Loops of peers that come to us.
    let incoming: MultiThreadedEventLoopGroup
    /// Loops of connections that we open, half as many, at least one. Mail that goes out while it comes in is dealt with beside it and
    /// not in its gaps: where there is one loop of either kind, 5 % more of it is relayed than with one or two for both.
    let outgoing: MultiThreadedEventLoopGroup
    /// Beats the time for the others. A timer on a loop of connections would be set anew at almost every turn of it.
    private let timekeeper = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loops: [ServiceLoop]
    let reserve = DescriptorReserve()
    let refusals: RefusalReports
    let connectionNumber = Atomic<UInt64>(0)
    let services = Mutex<[String: Service]>([:])

    init(loops count: Int, logger: Logger, clock: ConnectionClock) {
        incoming = MultiThreadedEventLoopGroup(numberOfThreads: count)
        outgoing = MultiThreadedEventLoopGroup(numberOfThreads: max(1, count / 2))
        loops = [incoming, outgoing].flatMap { $0.makeIterator() }.map { ServiceLoop($0, clock: clock) }
        refusals = RefusalReports(logger: logger, clock: clock)
        let interval = TimeAmount.nanoseconds(clock.sweepInterval.wholeNanoseconds)
        timekeeper.next().scheduleRepeatedTask(initialDelay: interval, delay: interval) { [loops] _ in
            for loop in loops { loop.sweep() }
        }
    }

    func endLoops() async {
        try? await timekeeper.shutdownGracefully()
        for loop in loops { loop.executor.close() }
        for group in [incoming, outgoing] { try? await group.shutdownGracefully() }
    }

    func serviceLoop(_ loop: any EventLoop) -> ServiceLoop {
        guard let found = loops.first(where: { $0.loop === loop }) else {
            preconditionFailure("a connection came on a loop of somebody else")
        }
        return found
    }
}
