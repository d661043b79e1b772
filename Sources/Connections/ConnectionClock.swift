internal import NIOCore

/// The time by which deadlines are kept: a monotonic reading, and how often it is looked at.
public struct ConnectionClock: Sendable {
    /// Time since an arbitrary moment; never goes back.
    public let now: @Sendable () -> Duration
    /// How often the deadlines of a loop are swept. A wait ends between its `within` and two of these later.
    public let sweepInterval: Duration

    /// Any other clock than the system's is a test's: one that is advanced by hand and swept often.
    public init(sweepInterval: Duration, now: @escaping @Sendable () -> Duration) {
        self.sweepInterval = sweepInterval
        self.now = now
    }

    /// The system's monotonic clock, swept once a second: one pass over a loop's connections costs less than a timer for each wait.
    public static let system = ConnectionClock(sweepInterval: .seconds(1)) {
        Duration.nanoseconds(Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    }
}

extension Duration {
    /// Clamped to what an `Int64` holds: 292 years.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return .max }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? .max : sum
    }
}
