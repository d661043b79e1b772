import MailCore
import Synchronization

/// What the store can do now, for whoever asks: the writer says it, everybody reads it.
final class Availability: Sendable {
    private struct State {
        /// Why nothing can be written; every verb hears it.
        var trouble: StoreError?
        var isClosed = false
        /// Damage that was met in the index of the store that is open.
        var damage: StoreError?
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
                switch state.trouble {
                case _ where state.isClosed: .closed
                case .noSpace: .spaceLow
                case .unavailable(let reason): .unavailable(reason)
                case .damaged(let reason), .damagedIndex(let reason): .damaged(reason)
                case let trouble?: .unavailable("\(trouble)")
                case nil: state.isLow ? .spaceLow : .ready
                }
            return StoreHealth(state: now, freeSpace: ByteCount(state.free), totalSpace: ByteCount(state.total))
        }
    }

    /// What every verb hears while nothing can be written. What is damaged is the index, and no message.
    var refusal: StoreError? {
        state.withLock { state in
            if state.isClosed { return .unavailable("it is closed") }
            switch state.trouble {
            case .damaged(let reason)?, .damagedIndex(let reason)?: return .unavailable(reason)
            case let trouble: return trouble
            }
        }
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

    /// The drive is away: what was measured of it says nothing any more.
    func forgetSpace() { state.withLock { ($0.free, $0.total, $0.measured) = (0, 0, 0) } }

    /// Nothing can be written for this reason, or everything can again; answers whether this is news.
    func becomes(_ trouble: StoreError?) -> Bool {
        state.withLock {
            let isNews = ($0.trouble == nil) != (trouble == nil)
            $0.trouble = trouble
            return isNews
        }
    }

    /// A read or a verb has met damage; answers whether it is the first that was met in this index.
    func meets(_ damage: StoreError) -> Bool {
        guard case .damagedIndex = damage else { return false }
        return state.withLock { state in
            guard state.damage == nil else { return false }
            state.damage = damage
            return true
        }
    }

    /// Damage that was met in the index since it was opened.
    var damage: StoreError? { state.withLock { $0.damage } }

    /// An index is open in which none was met.
    func opens() { state.withLock { $0.damage = nil } }

    func close() { state.withLock { $0.isClosed = true } }
}
