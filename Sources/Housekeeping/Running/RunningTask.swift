public import StateStore

/// A task as a person watches it.
public struct LiveTask: Sendable {
    public var record: TaskRecord
    /// Octets a second, or of its own unit where it counts no octets.
    public var rate: Double?
    /// Seconds that it still takes, if it goes on like this.
    public var remaining: Int?
}

/// A task that is not over, as the runner has it.
struct RunningTask {
    var record: TaskRecord
    let task: any BackgroundTask
    let plan: TaskPlan
    let context: TaskContext
    var pace: Pace
    var meter = RateMeter()
    /// There is somebody who does its steps.
    var isWorking = false
    var keptAt = Duration.zero
    var toldTenths = 0

    init(_ record: TaskRecord, _ task: any BackgroundTask, _ context: TaskContext) {
        self.record = record
        self.task = task
        plan = type(of: task).plan
        self.context = context
        pace = Pace(limit: record.limit)
    }

    var live: LiveTask {
        var live = LiveTask(record: record)
        guard record.state == .running || record.state == .pausing else { return live }
        live.rate = meter.rate
        let progress = record.progress
        let (done, total) = progress.bytesTotal.map { (progress.bytesDone, $0) } ?? (progress.done, progress.total ?? 0)
        if let rate = meter.rate, rate > 0, total > done { live.remaining = Int((Double(total - done) / rate).rounded(.up)) }
        return live
    }

    /// What its rate is measured in.
    var measure: Int { record.progress.bytesTotal == nil ? record.progress.done : record.progress.bytesDone }

    /// Tenths of the way, 0…10.
    var tenths: Int {
        let progress = record.progress
        let (done, total) = progress.bytesTotal.map { (progress.bytesDone, $0) } ?? (progress.done, progress.total ?? 0)
        return total > 0 ? min(10, done * 10 / total) : 0
    }
}
