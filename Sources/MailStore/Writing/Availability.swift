import MailCore
import Synchronization

/// What the store can do now, for whoever asks: the writer says it, everybody reads it.
final class Availability: Sendable {
    private struct State {
        var reason: String?
        var isClosed = false
        var isLow = false
        var free = 0
        var total = 0
        var measured: Int64 = 0
    }
    private let state = Mutex(State())
    private let floor: @Sendable () -> ByteCount

    /// Free space is looked at this often at most.
    private static let measureMicroseconds: Int64 = 250_000

    init(floor: @escaping @Sendable () -> ByteCount) { self.floor = floor }

    var health: StoreHealth {
        state.withLock { state in
            let now: StoreHealth.State =
                state.isClosed ? .closed : state.reason.map { .unavailable($0) } ?? (state.isLow ? .spaceLow : .ready)
            return StoreHealth(state: now, freeSpace: ByteCount(state.free), totalSpace: ByteCount(state.total))
        }
    }

    /// What every verb hears while nothing can be written.
    var refusal: StoreError? {
        state.withLock { $0.isClosed ? .unavailable("it is closed") : $0.reason.map { .unavailable($0) } }
    }

    /// What a verb hears that needs space.
    func refusalForGrowth(root: Folder) -> StoreError? {
        measure(root)
        return state.withLock { $0.isLow ? .noSpace : nil }
    }

    /// Looks at the free space, at most every quarter of a second.
    func measure(_ root: Folder) {
        let now = unixMicroseconds()
        let isFresh = state.withLock { abs(now - $0.measured) < Self.measureMicroseconds }
        guard !isFresh, let space = root.space else { return }
        let floor = floor().bytes
        state.withLock {
            $0.measured = now
            $0.free = space.free
            $0.total = space.total
            $0.isLow = space.free < floor
        }
    }

    /// Answers whether this is news.
    func becomes(unavailable reason: String?) -> Bool {
        state.withLock {
            let isNews = ($0.reason == nil) != (reason == nil)
            $0.reason = reason
            return isNews
        }
    }

    func stillUnavailable(_ error: StoreError) { state.withLock { $0.reason = error.description } }
    func close() { state.withLock { $0.isClosed = true } }
}
