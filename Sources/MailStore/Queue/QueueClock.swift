@preconcurrency import Glibc
import Synchronization

/// The queue's clock. While the program runs it follows a stop watch; while it does not, the difference of the system's clock counts,
/// but never less than nothing and at most ``longestAbsence``, so that a clock without a battery, or a wrong one that is set right,
/// does not expire four days of mail at once.
public final class QueueClock: Sendable {
    /// What two readings are taken from.
    public struct Source: Sendable {
        /// Time since an arbitrary moment; never goes back.
        public var stopwatch: @Sendable () -> Duration
        /// Milliseconds since 1970.
        public var wall: @Sendable () -> Int64

        public init(stopwatch: @escaping @Sendable () -> Duration, wall: @escaping @Sendable () -> Int64) {
            self.stopwatch = stopwatch
            self.wall = wall
        }

        /// The system's: time in which the machine slept counts.
        public static let system = Source(
            stopwatch: {
                var now = timespec()
                clock_gettime(CLOCK_BOOTTIME, &now)
                return .seconds(Int64(now.tv_sec)) + .nanoseconds(Int64(now.tv_nsec))
            }, wall: { unixMicroseconds() / 1000 })
    }

    /// The most that a time without the program can make mail older.
    public static let longestAbsence = Duration.seconds(24 * 3600)

    private struct Base {
        var time: QueueTime
        var stopwatch: Duration
    }
    private let source: Source
    private let base: Mutex<Base>

    init(_ source: Source) {
        self.source = source
        base = Mutex(Base(time: QueueTime(milliseconds: source.wall()), stopwatch: source.stopwatch()))
    }

    public var now: QueueTime {
        let reading = source.stopwatch()
        return base.withLock { $0.time + max(.zero, reading - $0.stopwatch) }
    }

    /// What is kept in the index now and then: the queue's time, and the system's in milliseconds.
    var reading: (time: QueueTime, wall: Int64) { (now, source.wall()) }

    /// Goes on where another run of the program stopped.
    func resume(from kept: (time: QueueTime, wall: Int64)) {
        let (difference, overflow) = source.wall().subtractingReportingOverflow(kept.wall)
        let absence = overflow ? Duration.zero : min(max(.zero, .milliseconds(difference)), Self.longestAbsence)
        let stopwatch = source.stopwatch()
        base.withLock { $0 = Base(time: kept.time + absence, stopwatch: stopwatch) }
    }
}
