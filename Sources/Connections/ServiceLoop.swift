internal import NIOCore
internal import Synchronization

/// One event loop with the connections that live on it: their list, the sweep of their deadlines, and the stages of a stop.
///
/// `@unchecked Sendable`: the mutable state is touched on the loop only.
final class ServiceLoop: @unchecked Sendable {
    /// | stage | who is told `.stopping` |
    /// |---|---|
    /// | running | nobody |
    /// | winding down | sessions that wait for a command or an event, or for a server's answer, at once; the others when they come to that |
    /// | leaving servers | those that wait for a server's verdict on what they have handed over, too |
    /// | cutting | those in the middle of a message, too |
    enum Stage: Int { case running, windingDown, leavingServers, cutting }

    let executor: LoopExecutor
    private let clock: ConnectionClock
    private var connections: [Connection] = []
    /// Channels on their way to a server.
    private var dialling: [ObjectIdentifier: any Channel] = [:]
    private var stage = Stage.running
    private let population = Atomic(0)
    private var whenEmpty: [EventLoopPromise<Void>] = []

    /// The clock as of the last sweep: good enough for deadlines of seconds, and it costs a wait nothing.
    private(set) var now: Duration

    init(_ loop: any EventLoop, clock: ConnectionClock) {
        executor = LoopExecutor(loop)
        self.clock = clock
        now = clock.now()
    }

    var loop: any EventLoop { executor.loop }

    func assertHere() { assert(loop.inEventLoop, "a connection is used away from its own task") }

    var isStopping: Bool { stage != .running }

    func interrupts(_ wait: Connection.Wait) -> Bool {
        switch wait {
        case .command, .event, .answer, .outlet, .rest, .handshake: stage != .running
        case .verdict: stage.rawValue >= Stage.leavingServers.rawValue
        case .content: stage == .cutting
        case .none, .room: false
        }
    }

    func add(_ connection: Connection) {
        if connections.isEmpty { now = clock.now() }
        connection.slot = connections.count
        connections.append(connection)
        population.store(connections.count, ordering: .relaxed)
    }

    func remove(_ connection: Connection) {
        let last = connections.removeLast()
        if last !== connection {
            last.slot = connection.slot
            connections[connection.slot] = last
        }
        population.store(connections.count, ordering: .relaxed)
        if connections.isEmpty {
            for promise in whenEmpty { promise.succeed() }
            whenEmpty.removeAll()
        }
    }

    /// The channel begins to connect, until `dialled`. A stop closes it.
    func dial(_ channel: any Channel) {
        dialling[ObjectIdentifier(channel)] = channel
        if isStopping { channel.close(promise: nil) }
    }

    /// It is connected, or will never be.
    func dialled(_ channel: any Channel) { dialling[ObjectIdentifier(channel)] = nil }

    /// Any thread. Stages only go forward.
    func enter(_ next: Stage) {
        loop.execute { [self] in
            guard next.rawValue > stage.rawValue else { return }
            stage = next
            for channel in dialling.values { channel.close(promise: nil) }
            executor.enter {
                for connection in connections where interrupts(connection.wait) { connection.resume() }
            }
        }
    }

    /// Any thread: closes what is left, and cancels its tasks.
    func cutAll() {
        loop.execute { [self] in
            executor.enter {
                for connection in connections { connection.cut() }
            }
        }
    }

    /// Any thread: fulfilled when no session is left.
    func emptied() -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        loop.execute { [self] in
            if connections.isEmpty { promise.succeed() } else { whenEmpty.append(promise) }
        }
        return promise.futureResult
    }

    /// Any thread: one pass over all connections and their deadlines. It costs about 10 ns for each, which 10,000 idle connections
    /// feel less than their timers.
    func sweep() {
        guard population.load(ordering: .relaxed) > 0 else { return }
        loop.execute { [self] in
            now = clock.now()
            executor.enter {
                for connection in connections { connection.sweep(at: now, slack: clock.sweepInterval) }
            }
        }
    }
}
