internal import Synchronization

/// Reasons to look again, of which one is as good as many.
final class WakeUps: AsyncSequence, Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let isWaiting = Atomic(false)

    /// What failed is tried again.
    private static let patience = Duration.seconds(5)

    init() { (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    func makeAsyncIterator() -> AsyncStream<Void>.Iterator { stream.makeAsyncIterator() }

    func wake() { continuation.yield() }

    /// However often it is asked for meanwhile, it comes once.
    func wakeLater() {
        guard !isWaiting.exchange(true, ordering: .acquiringAndReleasing) else { return }
        Task {
            try? await Task.sleep(for: Self.patience)
            isWaiting.store(false, ordering: .releasing)
            wake()
        }
    }
}
