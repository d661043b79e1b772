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
        var lanes = Lanes()
        /// Look-ups that go on: how each is given up.
        var lookUps: [Int: @Sendable () -> Void] = [:]
        var lastLookUp = 0
        /// Who waits until nothing is sent any more.
        var whenIdle: [CheckedContinuation<Void, Never>] = []
        /// Who waits until the last connection is closed.
        var whenOver: [CheckedContinuation<Void, Never>] = []
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
        listen()
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

    /// What comes into the queue is sent at once from now on.
    public func listen() { services.store.watchQueue { [weak self] news in self?.add(news) } }

    /// No worker begins any more; comes back when the last has ended.
    public func stop() async {
        beginStop()
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.lanes.isOver { state.whenOver.append(continuation) }
                return state.lanes.isOver
            }
            if isOver { continuation.resume() }
        }
        for message in state.withLock({ $0.lanes.clear() }) { services.store.giveBack(message) }
    }

    /// No connection can be had any more, and no answer is worth waiting for.
    func beginStop() {
        act { $0.beginStop() }
        for giveUp in state.withLock({ Array($0.lookUps.values) }) { giveUp() }
    }

    var isStopping: Bool { state.withLock { $0.lanes.isStopping } }
    /// Next hops for which something is due or under way.
    var hops: Int { state.withLock { $0.lanes.count } }

    /// Comes back when nothing is being sent; connections may be kept.
    public func idle() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if !state.lanes.isIdle { state.whenIdle.append(continuation) }
                return state.lanes.isIdle
            }
            if isIdle { continuation.resume() }
        }
    }

    /// Changes the lanes, then does what they want done.
    @discardableResult
    private func act<T: Sendable>(_ body: (inout Lanes) -> T) -> T {
        let most = services.settings.current.queue.maxConnections
        let (result, work, waiters) = state.withLock { state in
            let result = body(&state.lanes)
            let work = state.lanes.work(most: most)
            var waiters: [CheckedContinuation<Void, Never>] = []
            if state.lanes.isIdle { swap(&waiters, &state.whenIdle) }
            if state.lanes.isOver {
                waiters += state.whenOver
                state.whenOver = []
            }
            return (result, work, waiters)
        }
        for hop in work.beginning { start(hop) }
        for worker in work.woken { worker.wake() }
        for worker in work.returned { worker.resume() }
        for waiter in waiters { waiter.resume() }
        return result
    }

    private func start(_ hop: NextHop) {
        Task {
            await LaneWorker(hop, in: self).run()
            act { $0.ended(hop) }
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
        var due: Set<Destination> = []
        var after: Destination?
        repeat {
            let from = after
            guard let page = try? await services.store.read({ try $0.queueDestinations(after: from, limit: Self.page) }) else { break }
            due.formUnion(page.lazy.filter { $0.due <= now }.map(\.destination))
            after = page.count == Self.page ? page.last?.destination : nil
        } while after != nil
        // All together: what comes in meanwhile has its turn before all of them or behind, and so soon; in their midst it would have to
        // wait for thousands. See ``Turns``.
        add(due)
    }

    /// An operator wants hosts tried that are being left alone.
    public func forgetBackoff() { backoff.forgetAll() }

    /// Something has come, or has become due.
    public func add(_ news: QueueNews) {
        guard !news.isEmpty else { return }
        let routes = services.routes
        let left = act { lanes in
            for destination in news.destinations { lanes.add(destination, on: Self.nextHop(destination, routes)) }
            return news.fresh.filter { message in
                guard let destination = message.recipients.first?.destination else { return false }
                return !lanes.take(message, of: destination, on: Self.nextHop(destination, routes))
            }
        }
        guard !left.isEmpty else { return }
        // Given back first: whoever looks for it then finds it.
        for message in left { services.store.giveBack(message) }
        add(Set(left.compactMap { $0.recipients.first?.destination }))
    }

    /// These have something due.
    private func add(_ destinations: Set<Destination>) { add(QueueNews(destinations: destinations)) }

    private static func nextHop(_ destination: Destination, _ routes: RouteTable) -> NextHop {
        if let host = destination.host { return .host(host.name, port: host.port) }
        guard let domain = destination.domain else { preconditionFailure("a destination is a host or a domain") }
        return routes.nextHop(domain)
    }

    // MARK: workers that wait

    /// A worker gives its place away; `false` when too many have done so.
    func stepAside(for source: SlowAnswer.Source, on hop: NextHop) -> Bool { act { $0.stepAside(for: source, on: hop) } }

    /// Comes back when there is a place again.
    func comeBack(from source: SlowAnswer.Source, on hop: NextHop) async {
        await withCheckedContinuation { worker in
            act { $0.comeBack(Lanes.Returning(worker: worker, source: source, hop: hop)) }
        }
    }

    /// A look-up has begun: how to give it up when this server stops.
    func began(_ giveUp: @escaping @Sendable () -> Void) -> Int {
        let (number, isStopping) = state.withLock { state in
            state.lastLookUp += 1
            state.lookUps[state.lastLookUp] = giveUp
            return (state.lastLookUp, state.lanes.isStopping)
        }
        if isStopping { giveUp() }
        return number
    }

    func lookUpEnded(_ number: Int) { state.withLock { $0.lookUps[number] = nil } }

    // MARK: what workers ask for

    /// What a worker begins with.
    func first(_ hop: NextHop) async -> QueuedMessage? {
        let message = await next(hop)
        act { $0.began(hop) }
        return message
    }

    /// The next message for the next hop; `nil` when there is none, or when this server stops.
    func next(_ hop: NextHop) async -> QueuedMessage? {
        while true {
            switch state.withLock({ $0.lanes.next(hop) }) {
            case .send(let message): return message
            case .look(let destination): await look(for: destination, on: hop)
            case .nothing: return nil
            }
        }
    }

    /// All that is held for the next hop and not given to a worker: it is the caller's now.
    func held(for hop: NextHop) -> [QueuedMessage] { state.withLock { $0.lanes.takeHeld(hop) } }

    private func look(for destination: Destination, on hop: NextHop) async {
        guard let leased = try? await services.store.leaseDue(destination, limit: Self.batch) else { return }
        let isMore = leased.reduce(0, { $0 + $1.recipients.count }) == Self.batch
        act { $0.fill(hop, with: leased, from: destination, isMore: isMore) }
    }

    /// The next message for who has a connection: when there is none, it waits for one for as long as an idle connection is kept, or until
    /// the server says something. `nil` at the end of that.
    func next(_ hop: NextHop, on connection: Connection) async -> QueuedMessage? {
        let limit = services.deadlines.rest
        while true {
            if let message = await next(hop) { return message }
            guard limit > .zero else { return nil }
            let worker = RestingWorker { connection.wake() }
            guard act({ $0.rest(worker, on: hop) }) else {
                // Something may have come between the look and the rest.
                return await next(hop)
            }
            let event: Connection.Event?
            do throws(ConnectionError) {
                event = try await connection.waitForInput(within: limit)
            } catch {
                event = nil
            }
            if act({ $0.endRest(worker, on: hop) }) {
                // A wake that was meant for an earlier rest.
                if event == .woken { continue }
                return nil
            }
            // Woken to send something; with the connection gone another worker will.
            guard event == .woken else {
                act { $0.began(hop) }
                return nil
            }
            if let message = await first(hop) { return message }
        }
    }

    /// A server took a message.
    func succeeded(_ hop: NextHop) {
        let most = services.settings.current.queue.maxConnectionsPerDestination
        act { $0.succeeded(hop, most: most) }
    }

    /// No server could be reached, or one sent us away.
    func failed(_ hop: NextHop) { act { $0.failed(hop) } }
}
