import Synchronization

/// Which recipients somebody is trying now. In memory only: after a crash none is.
final class QueueLeases: Sendable {
    private let leased = Mutex<Set<Int64>>([])

    var all: Set<Int64> { leased.withLock { $0 } }

    /// Takes those that are free, and answers which.
    func take(_ recipients: [Int64]) -> Set<Int64> {
        leased.withLock { leased in Set(recipients.filter { leased.insert($0).inserted }) }
    }

    func giveBack(_ recipients: some Sequence<Int64>) {
        leased.withLock { $0.subtract(recipients) }
    }
}
