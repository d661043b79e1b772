@preconcurrency import Glibc
import Synchronization

/// The stretch of zeros ahead of the open pack's end, written in the background.
///
/// | state | who may write where |
/// |---|---|
/// | resting | the writer anywhere; behind `ready` it appends |
/// | filling `ready..<goal` | the background step there; the writer only below `ready`, else it waits |
final class PackStretch: @unchecked Sendable {
    /// How much is written at once, and how much slack is left when the next stretch is asked for. A stretch of 4 MiB takes a
    /// drive some milliseconds; 2 MiB of slack are hundreds of small messages.
    private static let length: Int64 = 4 << 20
    private static let slack: Int64 = 2 << 20
    private static let zeros = [UInt8](repeating: 0, count: 256 << 10)

    private let workers: WorkerPool
    /// `ready` and `isFilling` are touched under this gate only, which is what `@unchecked Sendable` rests on.
    private let gate = Gate()
    private var ready: Int64 = 0
    private var isFilling = false
    private var isCancelled = false

    init(workers: WorkerPool) { self.workers = workers }

    /// A new file, of which nothing is prepared behind `from`.
    func begin(_ file: SystemFile, from: Int64, limit: Int64) {
        gate.locked {
            ready = max(from, (try? file.size) ?? from)
            isCancelled = false
        }
        extend(file, writtenTo: from, limit: limit)
    }

    /// Returns when the writer may write up to `end`.
    func reach(_ end: Int64) {
        gate.locked {
            while isFilling && end > ready { gate.wait() }
            ready = max(ready, end)
        }
    }

    /// Asks for the next stretch when little is left.
    func extend(_ file: SystemFile, writtenTo end: Int64, limit: Int64) {
        let range: Range<Int64>? = gate.locked {
            guard !isFilling, ready - end < Self.slack, ready < limit else { return nil }
            isFilling = true
            return ready..<min(ready + Self.length, limit)
        }
        guard let range else { return }
        workers.submit { self.fill(file, range) }
    }

    /// Returns when nobody writes any more.
    func stop() {
        gate.locked {
            isCancelled = true
            while isFilling { gate.wait() }
        }
    }

    private func fill(_ file: SystemFile, _ range: Range<Int64>) {
        var place = range.lowerBound
        Self.zeros.withUnsafeBytes { zeros in
            while place < range.upperBound, !gate.locked({ isCancelled }) {
                let count = Int(min(Int64(zeros.count), range.upperBound - place))
                // A full drive is no error here: the writer will meet it, or not.
                guard (try? file.write(UnsafeRawBufferPointer(rebasing: zeros[..<count]), at: place)) != nil else { break }
                place += Int64(count)
            }
        }
        let isDurable = (try? file.syncData()) != nil
        gate.locked {
            isFilling = false
            if isDurable { ready = max(ready, place) }
            gate.wakeAll()
        }
    }
}
