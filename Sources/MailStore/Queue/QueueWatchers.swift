import Synchronization

/// What a commit has brought to the queue.
public struct QueueNews: Hashable, Sendable {
    /// Messages that have just come in, each with recipients of one destination. They are leased: whoever hears of them settles them or
    /// gives them back.
    public var fresh: [QueuedMessage]
    /// Where something became due that was in the queue before.
    public var destinations: Set<Destination>

    public init(fresh: [QueuedMessage] = [], destinations: Set<Destination> = []) {
        self.fresh = fresh
        self.destinations = destinations
    }

    public var isEmpty: Bool { fresh.isEmpty && destinations.isEmpty }
}

/// Who wants to hear that there is something new to try. Called after the commit, on the writer's thread.
final class QueueWatchers: Sendable {
    /// A value of its own: a bare function inside a generic lock is wrapped once more by every look at it, and each call goes through
    /// all the wrappings that there are by then.
    private struct Watcher: Sendable {
        let hear: @Sendable (QueueNews) -> Void
    }

    private let watcher = Mutex<Watcher?>(nil)
    private let leases: QueueLeases

    init(_ leases: QueueLeases) { self.leases = leases }

    func set(_ callback: @escaping @Sendable (QueueNews) -> Void) { watcher.withLock { $0 = Watcher(hear: callback) } }

    func tell(_ news: QueueNews) {
        guard !news.isEmpty, let watcher = watcher.withLock({ $0 }) else { return }
        var news = news
        let taken = leases.take(news.fresh.flatMap { $0.recipients.map(\.id) })
        for place in news.fresh.indices { news.fresh[place].recipients.removeAll { !taken.contains($0.id) } }
        news.fresh.removeAll { $0.recipients.isEmpty }
        watcher.hear(news)
    }
}
