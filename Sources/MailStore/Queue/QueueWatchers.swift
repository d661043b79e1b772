import Synchronization

/// Who wants to hear that there is something new to try. Called after the commit, on the writer's thread.
final class QueueWatchers: Sendable {
    private let callback = Mutex<(@Sendable (Set<Destination>) -> Void)?>(nil)

    func set(_ callback: @escaping @Sendable (Set<Destination>) -> Void) { self.callback.withLock { $0 = callback } }

    func tell(_ destinations: Set<Destination>) {
        guard !destinations.isEmpty else { return }
        callback.withLock { $0 }?(destinations)
    }
}
