import MailCore
import MailStore

/// What waits for one next hop, and how many connections to it are worth while. A value inside the dispatcher's lock.
///
/// | state | entered by | left by |
/// |---|---|---|
/// | waiting | something is due for the next hop | a worker begins, as the window and the limits allow |
/// | working | a worker began | the last worker ends: nothing is left, or the next hop cannot be reached |
/// | resting | all workers have done what there was, and keep their connections for a moment | something comes; their time is over |
///
/// A lane is there only in these states. The window begins at ``Lane/firstWindow``, grows by one with each message that a server takes,
/// up to the setting, and is halved by each failure to reach a server: one dead destination holds at most a connection or two.
struct Lane {
    static let firstWindow = 2

    /// Destinations that may have something due, in the order of their turns.
    private(set) var destinations: [Destination] = []
    private var known: Set<Destination> = []
    /// Leased and not given to a worker yet.
    var buffer: [QueuedMessage] = []
    var workers = 0
    /// Those of the workers that wait for a slow answer and have given their place away.
    var aside = 0
    private(set) var window = Lane.firstWindow

    /// Workers that keep a connection and have nothing to send; the one that was used last is woken first, so that those that are not
    /// needed come to the end of their time. They count as workers.
    var resting: [RestingWorker] = []

    /// Workers that have not got their first message yet, or the first after a rest.
    var beginning = 0

    /// Whether it stands among the lanes that want a worker.
    var isWaiting = false

    /// Whether a worker more would have something to do, even while the others wait for slow servers.
    var hasWork: Bool { buffer.count + destinations.count > beginning }
    var wantsWorker: Bool { workers < window && resting.isEmpty && hasWork }
    /// Workers that have a place.
    var placed: Int { workers - aside }
    var isEmpty: Bool { destinations.isEmpty && buffer.isEmpty }

    mutating func add(_ destination: Destination) {
        if known.insert(destination).inserted { destinations.append(destination) }
    }

    /// Whether it is known that more of the destination is due than what is in the buffer.
    func waits(_ destination: Destination) -> Bool { known.contains(destination) }

    mutating func nextDestination() -> Destination? {
        guard !destinations.isEmpty else { return nil }
        let destination = destinations.removeFirst()
        known.remove(destination)
        return destination
    }

    mutating func succeeded(most: Int) { window = min(window + 1, max(1, most)) }
    mutating func failed() { window = max(1, window / 2) }
}

/// A worker that waits on its open connection for something to send.
final class RestingWorker: Sendable {
    /// Any thread: it looks for something to do.
    let wake: @Sendable () -> Void

    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }
}

/// The order in which waiting lanes get a worker: the newest and the oldest by turns. So thousands of destinations that became due
/// together hold nobody up who comes later, and nobody waits for ever.
struct Turns {
    private var hops: [NextHop] = []
    private var first = 0
    private var takesNewest = false

    var isEmpty: Bool { first == hops.count }

    mutating func append(_ hop: NextHop) { hops.append(hop) }

    mutating func next() -> NextHop? {
        guard first < hops.count else { return nil }
        takesNewest.toggle()
        if takesNewest { return hops.removeLast() }
        first += 1
        defer {
            if first > 64, first > hops.count / 2 {
                hops.removeFirst(first)
                first = 0
            }
        }
        return hops[first - 1]
    }
}
