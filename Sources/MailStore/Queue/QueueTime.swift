/// A moment in the life of the queue: milliseconds on a clock that only goes forward, at the pace of a stop watch.
///
/// It looks like milliseconds since 1970, and is not the same: whoever sets the system's clock neither expires the queue nor makes all
/// of it due. ``QueueClock`` keeps it.
public struct QueueTime: Hashable, Comparable, Sendable {
    public var milliseconds: Int64
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (a: QueueTime, b: QueueTime) -> Bool { a.milliseconds < b.milliseconds }

    /// Clamped where it does not fit.
    public static func + (a: QueueTime, b: Duration) -> QueueTime {
        let (sum, overflow) = a.milliseconds.addingReportingOverflow(b.wholeMilliseconds)
        return QueueTime(milliseconds: overflow ? (b < .zero ? .min : .max) : sum)
    }

    public static func - (a: QueueTime, b: QueueTime) -> Duration {
        let (difference, overflow) = a.milliseconds.subtractingReportingOverflow(b.milliseconds)
        return .milliseconds(overflow ? (a < b ? Int64.min : .max) : difference)
    }
}

extension Duration {
    /// Clamped to what an `Int64` holds.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }
}
