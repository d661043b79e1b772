import Glibc

/// The time that tasks go by; a test turns it by hand.
public struct TaskClock: Sendable {
    /// Unix time.
    public let now: @Sendable () -> Duration
    /// Throws when the task that sleeps is cancelled.
    public let sleep: @Sendable (Duration) async throws -> Void

    public init(now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.now = now
        self.sleep = sleep
    }

    public static let system = TaskClock(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
        },
        sleep: { try await Task.sleep(for: $0) })

    /// Unix seconds.
    public var seconds: Int64 { now().components.seconds }
}

extension TaskPlan.Schedule {
    /// When it is due next, Unix seconds; `nil` when only somebody asks for it.
    func next(after now: Int64) -> Int64? {
        switch self {
        case .onDemand: return nil
        case .every(let interval): return now + interval.components.seconds
        case .nightly(let hour):
            var time = time_t(now)
            var local = tm()
            localtime_r(&time, &local)
            local.tm_hour = Int32(hour)
            local.tm_min = 0
            local.tm_sec = 0
            local.tm_isdst = -1
            let today = Int64(mktime(&local))
            if today > now { return today }
            local.tm_mday += 1
            local.tm_isdst = -1
            return max(Int64(mktime(&local)), now + 60)
        }
    }
}
