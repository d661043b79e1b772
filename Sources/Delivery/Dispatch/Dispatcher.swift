internal import Connections
internal import Logging
internal import MailCore
internal import MailSettings
public import MailStore
internal import Synchronization

/// Sends what is due in the queue: the first try of a message as soon as it is committed, later ones when the queue is looked through.
///
/// It holds no more of the queue than what is being sent: the destinations that have something due, and for each next hop that is being
/// served a lane with a few dozen leased messages. All else stays in the store, however much it is.
public final class Dispatcher: Sendable {
    let services: DispatcherServices
    let backoff = HostBackoff()
    let reporter: Reporter
    private let state = Mutex(State())

    private struct State {
        var lanes: [NextHop: Lane] = [:]
        /// Lanes that want a worker.
        var turns = Turns()
        var workers = 0
        /// Workers that wait for a slow answer, and those of them that have it and want a place again.
        var aside: [SlowAnswer.Source: Int] = [:]
        var returning: [(source: SlowAnswer.Source, worker: CheckedContinuation<Void, Never>)] = []
        var lookUps: [Int: @Sendable () -> Void] = [:]
        var lastLookUp = 0
        var isStopping = false
        var whenIdle: [CheckedContinuation<Void, Never>] = []

        var isIdle: Bool { workers == 0 && aside.values.allSatisfy { $0 == 0 } }
    }

    /// Recipients that one look into the queue leases.
    static let batch = 100
    /// Destinations that one read of the store looks at.
    private static let page = 500

    public init(_ services: DispatcherServices) {
        self.services = services
        reporter = Reporter(services)
    }

    // MARK: coming and going

    /// Works until it is cancelled. What is being sent then is finished, or given up as the connections are.
    public func run() async {
        services.store.watchQueue { [weak self] destinations in self?.add(destinations) }
        var lastScan = ContinuousClock.now
        var lastKept = lastScan
        await scan()
        while !Task.isCancelled {
            let interval = services.settings.current.queue.interval
            do {
                try await Task.sleep(for: min(interval, .seconds(5)))
            } catch {
                break
            }
            let now = ContinuousClock.now
            if now - lastScan >= interval {
                lastScan = now
                await scan()
            }
            if now - lastKept >= .seconds(60) {
                lastKept = now
                await keepTime()
            }
        }
        await stop()
        await keepTime()
    }

    /// No worker begins any more; comes back when the last has ended.
    public func stop() async {
        beginStop()
        await idle()
        let left = state.withLock { state in
            defer {
                state.lanes = [:]
                state.turns = Turns()
            }
            return state.lanes.values.flatMap(\.buffer)
        }
        for message in left { services.store.giveBack(message) }
    }

    /// No connection can be had any more, and no answer is worth waiting for.
    func beginStop() {
        let lookUps = state.withLock { state in
            state.isStopping = true
            Self.letReturn(&state, atMost: .max)
            return Array(state.lookUps.values)
        }
        for giveUp in lookUps { giveUp() }
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Comes back when nothing is being sent.
    public func idle() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if !state.isIdle { state.whenIdle.append(continuation) }
                return state.isIdle
            }
            if isIdle { continuation.resume() }
        }
    }

    private func keepTime() async {
        guard let waiting = try? await services.store.read({ try $0.queuedMessages() }), waiting > 0 else { return }
        // What is lost of it only makes mail younger.
        try? await services.store.keepQueueTime()
    }

    // MARK: what is due

    /// Looks through the queue once, and begins to send what is due. F20
    public func scan() async {
        let now = services.store.queueClock.now
        var after: Destination?
        while true {
            let from = after
            guard let page = try? await services.store.read({ try $0.queueDestinations(after: from, limit: Self.page) }) else { return }
            add(Set(page.lazy.filter { $0.due <= now }.map(\.destination)))
            guard let last = page.last, page.count == Self.page else { return }
            after = last.destination
        }
    }

    /// An operator wants hosts tried that are being left alone.
    public func forgetBackoff() { backoff.forgetAll() }

    /// These have something due.
    public func add(_ destinations: Set<Destination>) {
        guard !destinations.isEmpty else { return }
        let routes = services.routes
        let beginning = state.withLock { state in
            for destination in destinations {
                let hop = Self.nextHop(destination, routes)
                state.lanes[hop, default: Lane()].add(destination)
                Self.offer(hop, &state)
            }
            return begin(&state)
        }
        for hop in beginning { start(hop) }
    }

    private static func nextHop(_ destination: Destination, _ routes: RouteTable) -> NextHop {
        if let host = destination.host { return .host(host.name, port: host.port) }
        guard let domain = destination.domain else { preconditionFailure("a destination is a host or a domain") }
        return routes.nextHop(domain)
    }

    /// The lane waits for a worker, if it wants one.
    private static func offer(_ hop: NextHop, _ state: inout State) {
        guard let lane = state.lanes[hop], lane.wantsWorker, !lane.isWaiting else { return }
        state.lanes[hop]?.isWaiting = true
        state.turns.append(hop)
    }

    /// Takes as many turns as there may be workers; answers for which lanes.
    private func begin(_ state: inout State) -> [NextHop] {
        guard !state.isStopping else { return [] }
        let most = services.settings.current.queue.maxConnections
        Self.letReturn(&state, atMost: most)
        var beginning: [NextHop] = []
        while state.workers < most, let hop = state.turns.next() {
            state.lanes[hop]?.isWaiting = false
            guard let lane = state.lanes[hop], lane.wantsWorker else { continue }
            state.lanes[hop]?.workers += 1
            state.lanes[hop]?.beginning += 1
            state.workers += 1
            beginning.append(hop)
            Self.offer(hop, &state)
        }
        return beginning
    }

    private func start(_ hop: NextHop) {
        Task {
            await LaneWorker(hop, in: self).run()
            ended(hop)
        }
    }

    private func ended(_ hop: NextHop) {
        let (beginning, idle) = state.withLock { state in
            state.workers -= 1
            state.lanes[hop]?.workers -= 1
            if let lane = state.lanes[hop], lane.workers == 0, lane.isEmpty { state.lanes[hop] = nil }
            Self.offer(hop, &state)
            let beginning = begin(&state)
            guard state.isIdle else { return (beginning, [CheckedContinuation<Void, Never>]()) }
            defer { state.whenIdle = [] }
            return (beginning, state.whenIdle)
        }
        for hop in beginning { start(hop) }
        for continuation in idle { continuation.resume() }
    }

    // MARK: workers that wait

    /// A worker gives its place away; `false` when too many have done so.
    func stepAside(for source: SlowAnswer.Source) -> Bool {
        let beginning: [NextHop]? = state.withLock { state in
            guard state.aside[source, default: 0] < source.most, !state.isStopping else { return nil }
            state.aside[source, default: 0] += 1
            state.workers -= 1
            return begin(&state)
        }
        for hop in beginning ?? [] { start(hop) }
        return beginning != nil
    }

    /// Comes back when there is a place again.
    func comeBack(from source: SlowAnswer.Source) async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.returning.append((source, continuation))
                Self.letReturn(&state, atMost: state.isStopping ? .max : services.settings.current.queue.maxConnections)
            }
        }
    }

    private static func letReturn(_ state: inout State, atMost most: Int) {
        while state.workers < most, !state.returning.isEmpty {
            state.workers += 1
            let (source, worker) = state.returning.removeFirst()
            state.aside[source, default: 0] -= 1
            worker.resume()
        }
    }

    /// A look-up has begun: how to give it up when this server stops.
    func began(_ giveUp: @escaping @Sendable () -> Void) -> Int {
        let (number, isStopping) = state.withLock { state in
            state.lastLookUp += 1
            state.lookUps[state.lastLookUp] = giveUp
            return (state.lastLookUp, state.isStopping)
        }
        if isStopping { giveUp() }
        return number
    }

    func lookUpEnded(_ number: Int) { state.withLock { $0.lookUps[number] = nil } }

    // MARK: what workers ask for

    /// What a worker begins with.
    func first(_ hop: NextHop) async -> QueuedMessage? {
        let message = await next(hop)
        // What came while it looked may be worth another worker.
        let beginning = state.withLock { state in
            state.lanes[hop]?.beginning -= 1
            Self.offer(hop, &state)
            return begin(&state)
        }
        for hop in beginning { start(hop) }
        return message
    }

    /// The next message for the next hop; `nil` when there is none, or when this server stops.
    func next(_ hop: NextHop) async -> QueuedMessage? {
        while true {
            let step: (message: QueuedMessage?, destination: Destination?) = state.withLock { state in
                guard var lane = state.lanes[hop], !state.isStopping else { return (nil, nil) }
                defer { state.lanes[hop] = lane }
                if !lane.buffer.isEmpty { return (lane.buffer.removeFirst(), nil) }
                return (nil, lane.nextDestination())
            }
            if let message = step.message { return message }
            guard let destination = step.destination else { return nil }
            await fill(hop, from: destination)
        }
    }

    private func fill(_ hop: NextHop, from destination: Destination) async {
        guard let leased = try? await services.store.leaseDue(destination, limit: Self.batch) else { return }
        let beginning = state.withLock { state in
            // Oldest first, one end of the list for taking: the whole is short.
            state.lanes[hop]?.buffer += leased
            if leased.reduce(0, { $0 + $1.recipients.count }) == Self.batch { state.lanes[hop]?.add(destination) }
            Self.offer(hop, &state)
            return begin(&state)
        }
        for hop in beginning { start(hop) }
    }

    /// A server took a message.
    func succeeded(_ hop: NextHop) {
        let most = services.settings.current.queue.maxConnectionsPerDestination
        let beginning = state.withLock { state in
            state.lanes[hop]?.succeeded(most: most)
            Self.offer(hop, &state)
            return begin(&state)
        }
        for hop in beginning { start(hop) }
    }

    /// No server could be reached, or one sent us away.
    func failed(_ hop: NextHop) { state.withLock { $0.lanes[hop]?.failed() } }
}
