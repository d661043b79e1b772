import MailCore
import MailStore

/// Who works for which next hop: the lanes, those of them that wait for a worker, and how many workers there are. A value inside the
/// dispatcher's lock; what it wants done is taken out by ``work(most:)`` and done outside.
struct Lanes {
    private var lanes: [NextHop: Lane] = [:]
    /// Lanes that want a worker: those of next hops that are known to take mail, and the others.
    private var provenTurns = Turns()
    private var turns = Turns()
    /// Next hops that have taken mail, and were not out of reach since.
    private var proven: Set<NextHop> = []
    /// Workers for all others.
    private var unprovenWorkers = 0
    /// Workers that have a place.
    private(set) var workers = 0
    /// Workers that wait for a slow answer, and those of them that have it and want a place again.
    private var aside: [SlowAnswer.Source: Int] = [:]
    private var returning: [Returning] = []
    /// Those of the workers that keep a connection and have nothing to send.
    private(set) var resting = 0
    /// Messages in the buffers.
    private(set) var held = 0
    private var woken: [RestingWorker] = []
    private(set) var isStopping = false

    /// Fresh messages that all buffers hold together, some 500 octets each; more of them wait in the store.
    static let mostHeld = 2000
    /// The part of all workers that is kept for either kind, as a divisor: thousands of destinations that let everybody wait for an answer
    /// hold up none that answers, and a crowd of those that answer keeps nobody from being tried.
    private static let reserve = 5
    /// Next hops that are remembered as proven.
    private static let mostProven = 10_000
    /// Fresh messages that one lane holds.
    static let mostHeldByLane = 200
    /// Recipients of one message that go together. RFC 5321 §4.5.3.1.8
    private static let mostTogether = 100

    /// Next hops for which something is due or under way.
    var count: Int { lanes.count }
    var isIdle: Bool { workers == resting && isNobodyAside }
    var isOver: Bool { workers == 0 && isNobodyAside }
    private var isNobodyAside: Bool { aside.values.allSatisfy { $0 == 0 } }

    // MARK: what is due

    /// Something is due for the destination.
    mutating func add(_ destination: Destination, on hop: NextHop) {
        lanes[hop, default: Lane()].add(destination)
        offer(hop)
    }

    /// A message that has just come in and is leased. False when it has to wait in the store: much is held already, or older messages for
    /// the destination wait there.
    mutating func take(_ fresh: QueuedMessage, of destination: Destination, on hop: NextHop) -> Bool {
        guard !isStopping, held < Self.mostHeld else { return false }
        var lane = lanes[hop] ?? Lane()
        guard lane.buffer.count < Self.mostHeldByLane, !lane.waits(destination) else { return false }
        // Two domains behind one relay: it gets the message once.
        if let last = lane.buffer.last, last.id == fresh.id, last.recipients.count + fresh.recipients.count <= Self.mostTogether {
            lane.buffer[lane.buffer.count - 1].recipients += fresh.recipients
        } else {
            lane.buffer.append(fresh)
            held += 1
        }
        lanes[hop] = lane
        offer(hop)
        return true
    }

    /// What was leased for the destination; `isMore`: there may be more of it.
    mutating func fill(_ hop: NextHop, with leased: [QueuedMessage], from destination: Destination, isMore: Bool) {
        // Oldest first, one end of the list for taking: the whole is short.
        lanes[hop, default: Lane()].buffer += leased
        held += leased.count
        if isMore { lanes[hop]?.add(destination) }
        offer(hop)
    }

    // MARK: workers

    /// What has to be done outside the lock.
    struct Work {
        /// Next hops for which a worker begins.
        var beginning: [NextHop] = []
        var woken: [RestingWorker] = []
        /// Workers that have a place again.
        var returned: [CheckedContinuation<Void, Never>] = []
    }

    /// Takes as many turns as there may be workers.
    mutating func work(most: Int) -> Work {
        var work = Work()
        while isStopping || workers < most, let next = returning.first {
            returning.removeFirst()
            aside[next.source, default: 0] -= 1
            lanes[next.hop]?.aside -= 1
            workers += 1
            if !proven.contains(next.hop) { unprovenWorkers += 1 }
            work.returned.append(next.worker)
        }
        let mostUnproven = most - most / Self.reserve
        while !isStopping, workers < most {
            let isProven = !provenTurns.isEmpty && (turns.isEmpty || unprovenWorkers >= max(1, most / Self.reserve))
            guard isProven || unprovenWorkers < mostUnproven, let hop = isProven ? provenTurns.next() : turns.next() else { break }
            lanes[hop]?.isWaiting = false
            guard wantsWorker(hop) else { continue }
            lanes[hop]?.workers += 1
            lanes[hop]?.beginning += 1
            workers += 1
            if !proven.contains(hop) { unprovenWorkers += 1 }
            work.beginning.append(hop)
            offer(hop)
        }
        // Who rests makes room: woken for nothing, it finds others waiting and ends.
        if isCrowded, resting > 0 { wakeAll() }
        swap(&work.woken, &woken)
        return work
    }

    /// The lane wakes a worker of its own, or waits for one, if it wants one.
    private mutating func offer(_ hop: NextHop) {
        guard lanes[hop]?.hasWork == true else { return }
        while let worker = lanes[hop]?.resting.last, lanes[hop]?.hasWork == true {
            lanes[hop]?.resting.removeLast()
            lanes[hop]?.beginning += 1
            resting -= 1
            woken.append(worker)
        }
        guard lanes[hop]?.isWaiting == false, wantsWorker(hop) else { return }
        lanes[hop]?.isWaiting = true
        if proven.contains(hop) { provenTurns.append(hop) } else { turns.append(hop) }
    }

    /// Where nobody has taken anything yet, one worker tries: a second one would wait for the same silence, in the place of others.
    private func wantsWorker(_ hop: NextHop) -> Bool {
        guard let lane = lanes[hop], lane.wantsWorker else { return false }
        return lane.workers == 0 || proven.contains(hop)
    }

    /// Whether lanes wait for a worker, or workers for their place.
    private var isCrowded: Bool { !turns.isEmpty || !provenTurns.isEmpty || !returning.isEmpty }

    /// What a worker does next.
    enum Step {
        case send(QueuedMessage)
        /// It looks what is due there.
        case look(Destination)
        case nothing
    }

    mutating func next(_ hop: NextHop) -> Step {
        guard !isStopping, lanes[hop]?.isEmpty == false else { return .nothing }
        if lanes[hop]?.buffer.isEmpty == false, let message = lanes[hop]?.buffer.removeFirst() {
            held -= 1
            return .send(message)
        }
        return lanes[hop]?.nextDestination().map(Step.look) ?? .nothing
    }

    /// What the lane holds, at most what one lane holds of fresh messages and what one look finds.
    mutating func takeHeld(_ hop: NextHop) -> [QueuedMessage] {
        guard !isStopping, let taken = lanes[hop]?.buffer, !taken.isEmpty else { return [] }
        lanes[hop]?.buffer = []
        held -= taken.count
        return taken
    }

    /// A worker that began, or was woken, has looked for its first message. What came while it looked may be worth another worker.
    mutating func began(_ hop: NextHop) {
        lanes[hop]?.beginning -= 1
        offer(hop)
    }

    mutating func ended(_ hop: NextHop) {
        workers -= 1
        if !proven.contains(hop) { unprovenWorkers -= 1 }
        lanes[hop]?.workers -= 1
        if let lane = lanes[hop], lane.workers == 0, lane.isEmpty { lanes[hop] = nil }
        offer(hop)
    }

    /// The worker has nothing to send and would keep its connection. False when others wait for its place, or when there is something.
    mutating func rest(_ worker: RestingWorker, on hop: NextHop) -> Bool {
        guard !isStopping, !isCrowded, let lane = lanes[hop], !lane.hasWork else { return false }
        lanes[hop]?.resting.append(worker)
        resting += 1
        return true
    }

    /// The rest is over for its own reasons. False when the worker has been woken meanwhile, and has to look for something.
    mutating func endRest(_ worker: RestingWorker, on hop: NextHop) -> Bool {
        guard let place = lanes[hop]?.resting.firstIndex(where: { $0 === worker }) else { return false }
        lanes[hop]?.resting.remove(at: place)
        resting -= 1
        return true
    }

    private mutating func wakeAll() {
        for hop in lanes.keys {
            guard let workers = lanes[hop]?.resting, !workers.isEmpty else { continue }
            lanes[hop]?.resting = []
            lanes[hop]?.beginning += workers.count
            resting -= workers.count
            woken += workers
        }
    }

    // MARK: slow answers

    /// A worker that has its answer and wants a place.
    struct Returning {
        let worker: CheckedContinuation<Void, Never>
        let source: SlowAnswer.Source
        let hop: NextHop
    }

    /// A worker waits for a slow answer and gives its place away; `false` when too many have done so.
    mutating func stepAside(for source: SlowAnswer.Source, on hop: NextHop) -> Bool {
        guard !isStopping, aside[source, default: 0] < source.most else { return false }
        aside[source, default: 0] += 1
        lanes[hop]?.aside += 1
        workers -= 1
        if !proven.contains(hop) { unprovenWorkers -= 1 }
        return true
    }

    mutating func comeBack(_ worker: Returning) { returning.append(worker) }

    // MARK: how it went

    /// A server took a message.
    mutating func succeeded(_ hop: NextHop, most: Int) {
        lanes[hop]?.succeeded(most: most)
        if proven.count < Self.mostProven, proven.insert(hop).inserted { unprovenWorkers -= lanes[hop]?.placed ?? 0 }
        offer(hop)
    }

    /// No server could be reached, or one sent us away.
    mutating func failed(_ hop: NextHop) {
        lanes[hop]?.failed()
        if proven.remove(hop) != nil { unprovenWorkers += lanes[hop]?.placed ?? 0 }
    }

    // MARK: the end

    /// Nothing begins any more.
    mutating func beginStop() {
        isStopping = true
        wakeAll()
    }

    /// What nobody will send, to be given back.
    mutating func clear() -> [QueuedMessage] {
        defer {
            lanes = [:]
            turns = Turns()
            provenTurns = Turns()
            held = 0
        }
        return lanes.values.flatMap(\.buffer)
    }
}
