internal import NIOCore
internal import Synchronization

/// Runs the tasks of one event loop's sessions on that loop.
///
/// Jobs that are made ready on the loop go to a plain array and run before control returns to NIO, without lock or hop. Jobs that
/// come from other threads (a store commit that resumes fifty sessions) gather in an inbox, and only the first of a burst wakes
/// the loop.
///
/// `@unchecked Sendable`: everything but `inbox` is touched on the loop's thread only.
final class LoopExecutor: TaskExecutor, @unchecked Sendable {
    private struct Inbox {
        var jobs: [UnownedJob] = []
        var woken: [Connection] = []
        var isClosed = false
        var isEmpty: Bool { jobs.isEmpty && woken.isEmpty }
    }

    let loop: any EventLoop
    private var ready: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private var yielding: [Pause] = []
    private var isDraining = false
    private var isDrainScheduled = false
    private var isRestScheduled = false
    private let inbox = Mutex(Inbox())
    /// Changes places with the inbox, so that neither is allocated again.
    private var spare = Inbox()

    /// Rounds of ready jobs before the sockets get their turn: enough for any chain of calls between sessions, too few to starve
    /// the loop when a task does nothing but yield.
    private static let roundsBeforeInput = 64
    /// NIO runs everything that is due before it looks at its sockets again; only a task of the future lets them in. It must be
    /// further off than NIO needs to come back to its queue, which took a debug build up to 20 µs.
    private static let turnOfSockets = TimeAmount.microseconds(100)

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard loop.inEventLoop else {
            // A task that outlives its loop goes on where it was woken.
            if !post({ $0.jobs.append(job) }) { job.runSynchronously(on: asUnownedTaskExecutor()) }
            return
        }
        ready.append(job)
        if !isDraining { scheduleDrain() }
    }

    /// Any thread: `connection.woken()` will be called on the loop, unless that has ended.
    func wake(_ connection: Connection) { post { $0.woken.append(connection) } }

    /// Runs `body`, which may resume sessions, then every job that this made ready. On the loop only.
    func enter(_ body: () -> Void) {
        guard !isDraining else { return body() }
        isDraining = true
        body()
        drain()
        isDraining = false
    }

    /// Resumes `pause` after the sockets and the other sessions have had their turn. On the loop only.
    func resumeLater(_ pause: Pause) {
        yielding.append(pause)
        guard yielding.count == 1 else { return }
        loop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: Self.turnOfSockets) { [self] in
            enter {
                let resumed = yielding
                yielding.removeAll(keepingCapacity: true)
                for pause in resumed { pause.resume() }
            }
        }
    }

    /// From now on nothing comes from other threads: the loop ends, and no session is left that would miss it.
    func close() { inbox.withLock { $0.isClosed = true } }

    /// Under the lock, so that the loop cannot end between the look at `isClosed` and the call. `false` when it is closed.
    @discardableResult
    private func post(_ put: (inout Inbox) -> Void) -> Bool {
        inbox.withLock { inbox in
            guard !inbox.isClosed else { return false }
            let wasEmpty = inbox.isEmpty
            put(&inbox)
            if wasEmpty { loop.execute { self.emptyInbox() } }
            return true
        }
    }

    private func emptyInbox() {
        var taken = spare
        spare = Inbox()
        inbox.withLock { inbox in
            taken.isClosed = inbox.isClosed
            swap(&inbox, &taken)
        }
        enter {
            ready.append(contentsOf: taken.jobs)
            for connection in taken.woken { connection.woken() }
        }
        taken.jobs.removeAll(keepingCapacity: true)
        taken.woken.removeAll(keepingCapacity: true)
        spare = taken
    }

    private func drain() {
        var rounds = 0
        while !ready.isEmpty {
            guard rounds < Self.roundsBeforeInput else {
                return scheduleRest()
            }
            rounds += 1
            swap(&ready, &running)
            for job in running { job.runSynchronously(on: asUnownedTaskExecutor()) }
            running.removeAll(keepingCapacity: true)
        }
    }

    /// Never twice: each would come back with its own successor, and then there is always one that is due.
    private func scheduleRest() {
        guard !isRestScheduled else { return }
        isRestScheduled = true
        loop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: Self.turnOfSockets) { [self] in
            isRestScheduled = false
            enter {}
        }
    }

    private func scheduleDrain() {
        guard !isDrainScheduled else { return }
        isDrainScheduled = true
        loop.assumeIsolatedUnsafeUnchecked().execute { [self] in
            isDrainScheduled = false
            enter {}
        }
    }
}
