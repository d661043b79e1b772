import Synchronization

/// Which recipients somebody is trying now. In memory only: after a crash none is.
///
/// Whoever looks for what is due reads a state of the index that grows old meanwhile. A recipient that was leased, tried and settled by
/// others during such a look is not free in it, although nobody holds it any more: it would be sent twice.
final class QueueLeases: Sendable {
    private struct State {
        var leased: Set<Int64> = []
        /// Settled while somebody looked, and when that was.
        var settled: [Int64: UInt64] = [:]
        /// When the looks that are going on began, in order.
        var looks: [UInt64] = []
        /// Counts looks and settlements.
        var moment: UInt64 = 0
    }
    private let state = Mutex(State())

    /// How many settlements are remembered before those are forgotten that no look began before.
    private static let settledMark = 1000

    /// A look for what is due; to be ended.
    struct Look {
        fileprivate let began: UInt64
        /// What was not free at its beginning.
        let leased: Set<Int64>
    }

    func has(_ recipient: Int64) -> Bool { state.withLock { $0.leased.contains(recipient) } }

    /// All of them.
    var all: Set<Int64> { state.withLock { $0.leased } }

    func beginLook() -> Look {
        state.withLock { state in
            state.moment += 1
            state.looks.append(state.moment)
            return Look(began: state.moment, leased: state.leased)
        }
    }

    /// Ends the look: takes those of what it found that are free, and answers which.
    func end(_ look: Look, taking recipients: [Int64]) -> Set<Int64> {
        state.withLock { state in
            if let place = state.looks.firstIndex(of: look.began) { state.looks.remove(at: place) }
            let free = recipients.filter { (state.settled[$0] ?? 0) < look.began }
            if state.looks.isEmpty { state.settled.removeAll(keepingCapacity: true) }
            return Set(free.filter { state.leased.insert($0).inserted })
        }
    }

    /// Takes those that are free of recipients that were written just now, and answers which.
    func take(_ recipients: [Int64]) -> Set<Int64> {
        state.withLock { state in Set(recipients.filter { state.leased.insert($0).inserted }) }
    }

    /// Nothing was tried: they are as they were.
    func giveBack(_ recipients: some Sequence<Int64>) { state.withLock { $0.leased.subtract(recipients) } }

    /// What the tries came to is written down.
    func settled(_ recipients: some Sequence<Int64>) {
        state.withLock { state in
            state.moment += 1
            for recipient in recipients {
                state.leased.remove(recipient)
                if !state.looks.isEmpty { state.settled[recipient] = state.moment }
            }
            guard state.settled.count > Self.settledMark, let oldest = state.looks.first else { return }
            state.settled = state.settled.filter { $0.value > oldest }
        }
    }
}
