import Logging
import MailCore
import Synchronization

/// The one thread that writes. It takes what waits and for a moment what is still coming in (``Gathering``), writes all records at
/// once, syncs, executes all changes in one transaction, and wakes all sessions.
///
/// | state | what verbs hear | leaves it by |
/// |---|---|---|
/// | away: no engine | unavailable | opening the store, tried once a second |
/// | open | their outcome | a failed write, sync or commit → distrusted; the drive goes → away |
/// | distrusted | unavailable | a record in a new pack and a commit, both synced, tried once a second |
/// | closed | unavailable | – |
///
/// A crash leaves what was committed; records behind it belong to nobody and are never pointed to.
final class Writer: @unchecked Sendable {
    // `waiting`, `wanted`, `chores`, `taken`, `isClosing`, `isClosed` and `closeWaiters` are touched inside the gate only, all else by the thread only.
    private let gate = Gate()
    private var waiting: [PendingVerb] = []
    /// The thread sleeps until so many wait.
    private var wanted = 1
    private var chores: [(Writer) -> Void] = []
    private var taken = 0
    private var isClosing = false
    private var isClosed = false
    private var closeWaiters: [CheckedContinuation<Void, Never>] = []

    private let store: MailStore
    var open: OpenStore?
    private var gathering = Gathering()
    private var lastTick = unixMicroseconds()

    /// One batch's bound: what a session may wait behind others.
    private static let batchLimit = 256
    private static let tickMicroseconds: Int64 = 1_000_000

    init(store: MailStore, open: OpenStore?) {
        self.store = store
        self.open = open
    }

    func start() {
        startThread("store-writer") { [self] in run() }
    }

    func submit(_ verb: PendingVerb) {
        let isTooLate = gate.locked {
            if isClosing { return true }
            waiting.append(verb)
            if waiting.count == wanted { gate.wakeOne() }
            return false
        }
        if isTooLate {
            verb.fail(.unavailable("it is closed"))
            verb.finish()
        }
    }

    /// Has `chore` run by the thread between two batches: everybody waits for its end. Answers false when it is too late.
    func submit(chore: @escaping (Writer) -> Void) -> Bool {
        gate.locked {
            if isClosing { return false }
            chores.append(chore)
            gate.wakeOne()
            return true
        }
    }

    /// How many verbs wait, and how many were taken up so far: what there is to do beside long work.
    var load: (waiting: Int, taken: Int) { gate.locked { (waiting.count, taken) } }

    /// Returns when all that waited is committed and the thread has ended.
    func close() async {
        await withCheckedContinuation { continuation in
            let isOver = gate.locked {
                isClosing = true
                if !isClosed { closeWaiters.append(continuation) }
                gate.wakeOne()
                return isClosed
            }
            if isOver { continuation.resume() }
        }
    }

    private func run() {
        while let batch = next() {
            if !batch.isEmpty { execute(batch) }
            let chore = gate.locked { chores.isEmpty ? nil : chores.removeFirst() }
            chore?(self)
            let now = unixMicroseconds()
            if now - lastTick >= Self.tickMicroseconds || now < lastTick {
                lastTick = now
                tick()
            }
        }
        open?.close()
        open = nil
        store.becameClosed()
        let waiters = gate.locked {
            isClosed = true
            return closeWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// What waits, or an empty batch when it is time to look around; `nil` when the store is closing and nothing waits.
    private func next() -> [PendingVerb]? {
        gate.locked {
            if waiting.isEmpty && chores.isEmpty && !isClosing { _ = gate.wait(microseconds: Self.tickMicroseconds) }
            if waiting.isEmpty { return isClosing && chores.isEmpty ? nil : [] }
            gather()
            taken += min(waiting.count, Self.batchLimit)
            guard waiting.count > Self.batchLimit else {
                defer { waiting.removeAll(keepingCapacity: true) }
                return waiting
            }
            defer { waiting.removeFirst(Self.batchLimit) }
            return Array(waiting.prefix(Self.batchLimit))
        }
    }

    /// Waits for the messages that are coming in, if that is worth it. Inside the gate only.
    private func gather() {
        guard mayGather, waiting.contains(where: \.isDurable), let patience = gathering.patience(arriving: arriving) else { return }
        let first = waiting.count
        let end = unixMicroseconds() + patience
        var left = patience
        // A clock that is set meanwhile ends it, too.
        while arriving > 0, mayGather, (1...patience).contains(left) {
            wanted = waiting.count + arriving
            guard gate.wait(microseconds: left) else { break }
            left = end - unixMicroseconds()
        }
        wanted = 1
        gathering.brought(waiting.count - first)
    }

    private var mayGather: Bool { waiting.count < Self.batchLimit && chores.isEmpty && !isClosing }

    /// How many messages are coming in.
    private var arriving: Int { store.arriving.load(ordering: .relaxed) }

    private func execute(_ batch: [PendingVerb]) {
        var changed = OpenStore.Changes()
        if let open, !open.isDistrusted {
            let refusal = store.availability.refusalForGrowth(root: open.engine.root)
            var admitted: [PendingVerb] = []
            for verb in batch {
                if verb.needsSpace, let refusal { verb.fail(refusal) } else { admitted.append(verb) }
            }
            do {
                let began = unixMicroseconds()
                changed = try open.commit(admitted)
                if admitted.contains(where: \.isDurable) { gathering.committed(within: unixMicroseconds() - began) }
            } catch {
                for verb in admitted { verb.fail(error) }
                open.distrust()
                store.becameUnavailable(error)
            }
        } else {
            for verb in batch { verb.fail(store.availability.refusal ?? .unavailable("it is not open")) }
        }
        // Watchers first: whoever hears of a change by its author may ask another session at once, which must know of it.
        if !changed.mailboxes.isEmpty { store.watchers.tell(changed.mailboxes) }
        for verb in batch { verb.finish() }
        store.queueWatchers.tell(changed.queue)
    }

    /// Once a second: is the drive there, is there space, can a distrusted store prove itself.
    private func tick() {
        if let open {
            guard open.engine.root.isStillInPlace else {
                open.abandon()
                self.open = nil
                store.wentAway("its drive is not mounted any more")
                return
            }
            if open.isDistrusted {
                do {
                    try open.reprove()
                    store.becameAvailable()
                } catch {
                    _ = store.availability.becomes(error)
                }
            }
            store.availability.measure(open.engine.root)
            open.rest()
        } else if let opened = store.reopen() {
            open = opened
            store.becameAvailable()
        }
    }
}
