public import Logging
public import MailCore
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Owns the event loops, the listening sockets and every connection.
public final class ConnectionHub: Sendable {
    let state: HubState
    private let listeners = Mutex<[Listener]>([])
    private let logger: Logger
    private let loopsEnded = Atomic(false)
    private let stopBegan = Atomic(false)

    /// `loops`: event loop threads for peers that come to us; `nil` leaves one core to the store's writer.
    public init(loops: Int? = nil, logger: Logger, clock: ConnectionClock = .system) {
        let count = max(1, loops ?? System.coreCount - 1)
        state = HubState(loops: count, logger: logger, clock: clock)
        self.logger = logger
    }

    /// Binds `service` to each of the addresses; returns them with their real ports (0 lets the system choose). Throws
    /// `ListenError`; then none of them is bound. `opened` is shown each descriptor, which stays the hub's.
    @discardableResult
    public func listen(
        _ service: Service, on addresses: [ListenAddress], opened isOpen: (ListenAddress, Int32) -> Void = { _, _ in }
    ) async throws -> [Peer] {
        var opened: [Listener] = []
        do {
            for address in addresses {
                let descriptor = try ListenSocket.open(address, for: service.name)
                opened.append(try await Listener.start(service, descriptor: descriptor, address: address, in: state))
                isOpen(address, descriptor)
            }
        } catch {
            for listener in opened { await listener.close() }
            throw error
        }
        listeners.withLock { $0 += opened }
        for listener in opened { announce(listener) }
        return opened.map(\.bound)
    }

    /// Serves a socket that listens already (socket activation). The hub owns the descriptor from now on. `address` is what the socket
    /// would have been bound to, so that `stopListening` finds it.
    @discardableResult
    public func adopt(_ service: Service, descriptor: Int32, as address: ListenAddress? = nil) async throws -> Peer {
        ListenSocket.prepare(descriptor)
        let listener = try await Listener.start(service, descriptor: descriptor, address: address, in: state)
        listeners.withLock { $0.append(listener) }
        announce(listener)
        return listener.bound
    }

    /// Closes the ports of `service` on these addresses, whoever has copies of their sockets. Connections that came through them go on.
    public func stopListening(_ service: Service, on addresses: Set<ListenAddress>) async {
        let closing = take { listener in
            listener.service === service && listener.address.map(addresses.contains) == true
        }
        for listener in closing { await listener.closePort() }
    }

    /// Accepts from no listening socket any more; those of which systemd has a copy stay open for our successor. Connections go on.
    public func stopAccepting() async {
        for listener in take({ _ in true }) { await listener.close() }
    }

    /// How long servers have for their verdict on a message that they were given, when this server stops. Most give it within that; of
    /// another one the message is tried again.
    public static let verdictLimit = Duration.milliseconds(700)

    /// Ends everything within `limit`: no new peers; sessions are told `.stopping` at their next wait for a command or a server's answer,
    /// those in the middle of a message after half of the time; what is left at the end is cut. The event loops end when no session is
    /// left. May be called again.
    ///
    /// - Parameter verdicts: how long a server's verdict on a message is waited for.
    public func stop(within limit: Duration, verdicts: Duration = verdictLimit) async {
        guard !loopsEnded.load(ordering: .acquiring) else { return }
        stopBegan.store(true, ordering: .releasing)
        await stopAccepting()
        // A peer that was accepted last is still on its way from the listener's loop to its own, and back, and there again.
        for _ in 0..<4 { await pulse() }
        for loop in state.loops { loop.enter(.windingDown) }
        let patience = min(verdicts, limit / 4)
        if await emptied(within: patience) { return await endLoops() }
        for loop in state.loops { loop.enter(.leavingServers) }
        if await emptied(within: limit / 2 - patience) { return await endLoops() }
        for loop in state.loops { loop.enter(.cutting) }
        if await emptied(within: limit / 2 - limit / 20) { return await endLoops() }
        for loop in state.loops { loop.cutAll() }
        // Sessions that wait for something else than their peer (the store) may be left; their loops stay for them.
        if await emptied(within: limit / 20) { await endLoops() }
    }

    /// Nothing new begins.
    var isEnding: Bool { stopBegan.load(ordering: .acquiring) }

    /// Connections of each service that listens or has listened.
    public var counts: [String: Int] { state.services.withLock { $0.mapValues(\.count) } }

    /// Where each service listens now.
    public var addresses: [String: [Peer]] {
        listeners.withLock { Dictionary(grouping: $0) { $0.service.name }.mapValues { $0.map(\.bound) } }
    }

    /// The same, as it was asked for.
    public var listening: [String: Set<ListenAddress>] {
        listeners.withLock { Dictionary(grouping: $0) { $0.service.name }.mapValues { Set($0.compactMap(\.address)) } }
    }

    /// Comes back when every event loop has shown that it still turns.
    public func pulse() async {
        for loop in state.loops { _ = try? await loop.loop.submit {}.get() }
    }

    private func announce(_ listener: Listener) {
        state.services.withLock { $0[listener.service.name] = listener.service }
        logger.info(
            "\(listener.service.name) listens on \(listener.bound)",
            metadata: ["event": "\(JournalEvent.listening.rawValue)", "service": "\(listener.service.name)"])
    }

    private func take(_ isMeant: (Listener) -> Bool) -> [Listener] {
        listeners.withLock { listeners in
            let taken = listeners.filter(isMeant)
            listeners.removeAll(where: isMeant)
            return taken
        }
    }

    private func emptied(within limit: Duration) async -> Bool {
        let all = EventLoopFuture.andAllSucceed(state.loops.map { $0.emptied() }, on: state.loops[0].loop)
        let result = state.loops[0].loop.makePromise(of: Bool.self)
        let timer = state.loops[0].loop.scheduleTask(in: .nanoseconds(limit.wholeNanoseconds)) { result.succeed(false) }
        all.whenComplete { _ in
            timer.cancel()
            result.succeed(true)
        }
        return (try? await result.futureResult.get()) ?? false
    }

    private func endLoops() async {
        guard !loopsEnded.exchange(true, ordering: .acquiringAndReleasing) else { return }
        await state.endLoops()
    }
}
