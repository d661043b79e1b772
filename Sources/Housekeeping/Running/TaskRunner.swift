import Logging
import MailCore
import StateStore

/// Runs long work: begins what is due, keeps apart what excludes each other, does steps, keeps records, and takes orders.
///
/// The states are ``TaskState``'s. A task that failed for a cause that may pass waits, twice as long each time, and is tried again.
public actor TaskRunner {
    let services: HouseServices
    let clock: TaskClock
    private let kinds: [any BackgroundTask.Type]
    private let announce: @Sendable (String) -> Void
    var tasks: [Int64: RunningTask] = [:]
    /// Of tasks whose last step, or letting go, did not come back in time, and has not yet.
    var hanging: [Int64: TaskPlan] = [:]
    /// Of which it came back before it was noted that it hangs.
    var backAgain: Set<Int64> = []
    private var due: [String: Int64] = [:]
    private var resuming: Task<Void, Never>?
    private var isStopping = false
    private var watchers: [Int64: [Int: AsyncStream<LiveTask>.Continuation]] = [:]
    private var lastWatcher = 0
    private var announced = ""

    /// How often a task that failed for a cause that may pass is tried again before it has failed for good.
    static let mostTries = 12
    /// The first wait before another try; it doubles up to half an hour.
    static let firstWait = Duration.seconds(15)
    private static let lookInterval = Duration.seconds(5)
    /// The record is written at each change of state, and else this often.
    private static let keepInterval = Duration.seconds(2)

    /// `announce` hears one line about what runs, for the unit's status; "" when nothing does.
    public init(
        _ services: HouseServices, kinds: [any BackgroundTask.Type] = BackgroundTasks.all, clock: TaskClock = .system,
        announce: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.services = services
        self.kinds = kinds
        self.clock = clock
        self.announce = announce
    }

    public nonisolated var plans: [TaskPlan] { kinds.map { $0.plan } }

    /// When the scheduled ones are due next, Unix seconds, the soonest first.
    public var schedule: [(name: String, next: Int64)] { due.map { ($0.key, $0.value) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) } }

    /// Goes on with what a restart has interrupted, and works until it is cancelled.
    public func run() async {
        await resume()
        while !Task.isCancelled {
            await look()
            try? await clock.sleep(Self.lookInterval)
        }
        await stop()
    }

    // MARK: orders

    /// Throws a `TaskFailure` when there is no such task, its parameters are wrong, or it is there already.
    public func start(_ name: String, _ parameters: [String: String] = [:], by who: String, limit: Int? = nil) async throws -> LiveTask {
        guard let kind = kinds.first(where: { $0.plan.name == name }) else {
            throw TaskFailure("There is no task \(name); there are \(kinds.map { $0.plan.name }.joined(separator: ", ")).")
        }
        await resume()
        let plan = kind.plan
        if let unknown = parameters.keys.sorted().first(where: { !plan.parameters.contains($0) }) {
            throw TaskFailure("\(name) knows no \(unknown).")
        }
        let task = try kind.init(parameters)
        if plan.excludes.contains(name), let other = tasks.values.first(where: { $0.record.name == name && !$0.record.state.isOver }) {
            throw TaskFailure("\(name) is at work already, as task \(other.record.id); wait for its end, or cancel it.")
        }
        var record = try await services.state.addTask(name, parameters: parameters, startedBy: who, at: clock.seconds)
        record.limit = limit
        if limit != nil { try await services.state.keepTask(record) }
        add(record, task)
        await look()
        return tasks[record.id]?.live ?? LiveTask(record: record)
    }

    public enum Order: Sendable { case pause, resume, cancel }

    /// Throws a `TaskFailure` when this makes no sense for it now.
    public func order(_ order: Order, _ id: Int64) async throws -> LiveTask {
        let event: TaskState.Event =
            switch order {
            case .pause: .pause
            case .resume: .resume
            case .cancel: .cancel
            }
        await resume()
        if tasks[id] == nil, order == .resume, let record = try await services.state.task(id), record.state == .failed {
            add(record, try task(for: record))
        }
        guard let state = tasks[id]?.record.state else {
            guard let record = try await services.state.task(id) else { throw TaskFailure("There is no task \(id).") }
            throw TaskFailure("Task \(id) is over (\(record.state.rawValue)).")
        }
        // Whoever has made room need not wait for the next try.
        let waits = order == .resume && state == .queued && tasks[id]?.record.due != nil
        guard let next = waits ? state : state.after(event) else { throw TaskFailure("Task \(id) is \(state.rawValue).") }
        tasks[id]?.record.state = next
        if order == .resume {
            tasks[id]?.record.due = nil
            tasks[id]?.record.ended = nil
            tasks[id]?.record.tries = 0
        }
        await keep(id, logging: next.rawValue)
        await look()
        return try await live(id)
    }

    /// Octets a second, from the next step on; `nil` takes the limit away.
    public func limit(_ id: Int64, to limit: Int?) async throws -> LiveTask {
        guard tasks[id] != nil else { throw TaskFailure("There is no task \(id) that is not over.") }
        tasks[id]?.record.limit = limit
        tasks[id]?.pace.limit = limit
        await keep(id, logging: limit.map { "limit \(ByteCount($0).readable)/s" } ?? "no limit")
        return try await live(id)
    }

    /// A task as it is now, over or not.
    public func live(_ id: Int64) async throws -> LiveTask {
        if let task = tasks[id] { return task.live }
        guard let record = try await services.state.task(id) else { throw TaskFailure("There is no task \(id).") }
        return LiveTask(record: record)
    }

    /// The newest first.
    public func list() async throws -> [LiveTask] {
        try await services.state.tasks().map { tasks[$0.id]?.live ?? LiveTask(record: $0) }
    }

    /// The task at each change, from now until it is over.
    public func watch(_ id: Int64) async throws -> AsyncStream<LiveTask> {
        let now = try await live(id)
        let (stream, continuation) = AsyncStream.makeStream(of: LiveTask.self, bufferingPolicy: .bufferingNewest(1))
        continuation.yield(now)
        guard tasks[id] != nil, !isStopping else {
            continuation.finish()
            return stream
        }
        lastWatcher += 1
        let number = lastWatcher
        watchers[id, default: [:]][number] = continuation
        continuation.onTermination = { _ in Task { await self.leave(id, number) } }
        return stream
    }

    private func leave(_ id: Int64, _ number: Int) { watchers[id]?[number] = nil }

    // MARK: coming and going

    private func add(_ record: TaskRecord, _ task: any BackgroundTask) {
        tasks[record.id] = RunningTask(record, task, TaskContext(record, services, clock))
    }

    private func task(for record: TaskRecord) throws -> any BackgroundTask {
        guard let kind = kinds.first(where: { $0.plan.name == record.name }) else {
            throw TaskFailure("This Postern has no task \(record.name).")
        }
        return try kind.init(record.parameters)
    }

    /// Once, and before anything is asked for: a task that is asked for now would be found among those of before.
    private func resume() async {
        if resuming == nil { resuming = Task { await resumeRecords() } }
        await resuming?.value
    }

    private func resumeRecords() async {
        do {
            for var record in try await services.state.openTasks() {
                let isBroken = record.state == .running && kinds.first { $0.plan.name == record.name }?.plan.isResumable == false
                record.state = record.state.after(.interrupted) ?? record.state
                do {
                    add(record, try task(for: record))
                    if isBroken { await end(record.id, .failed, "The daemon ended in the middle; start it again.") }
                } catch {
                    record.state = .failed
                    record.trouble = "\(error)"
                    record.ended = clock.seconds
                    try await services.state.keepTask(record)
                }
            }
            due = try await services.state.taskSchedule().filter { name, _ in kinds.contains { $0.plan.name == name } }
        } catch {
            services.logger.error(
                "The tasks' records cannot be read: \(error)", metadata: ["event": "\(JournalEvent.worldFailed.rawValue)"])
        }
    }

    /// Begins what is due and nothing stands in the way of.
    private func look() async {
        guard !isStopping else { return }
        let now = clock.seconds
        for plan in plans where plan.schedule != .onDemand {
            guard let next = due[plan.name] else {
                await reschedule(plan, now)
                continue
            }
            guard next <= now else { continue }
            await reschedule(plan, now)
            if !tasks.values.contains(where: { $0.record.name == plan.name }) { _ = try? await start(plan.name, by: "schedule") }
        }
        for id in tasks.keys.sorted() {
            guard let task = tasks[id], !task.isWorking, hanging[id] == nil else { continue }
            let isDue = task.record.state == .queued && (task.record.due ?? 0) <= now && !isExcluded(id)
            guard isDue || task.record.state == .cancelling else { continue }
            tasks[id]?.isWorking = true
            Task { await work(id) }
        }
    }

    private func reschedule(_ plan: TaskPlan, _ now: Int64) async {
        guard let next = plan.schedule.next(after: now) else { return }
        due[plan.name] = next
        try? await services.state.scheduleTask(plan.name, next: next)
    }

    private func isExcluded(_ id: Int64) -> Bool {
        guard let task = tasks[id] else { return true }
        let busy = tasks.filter { $0.key != id && $0.value.isWorking }.map(\.value.plan) + hanging.values
        return busy.contains { $0.excludes.contains(task.plan.name) || task.plan.excludes.contains($0.name) }
    }

    var stops: Bool { isStopping }

    /// Steps that have begun end; what was running is found so at the next start.
    private func stop() async {
        isStopping = true
        // Whoever listens comes again: what was running goes on then.
        for listeners in watchers.values { for listener in listeners.values { listener.finish() } }
        watchers = [:]
        // The daemon has nine seconds in all; who works longer at one step is left behind.
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(4)
        while tasks.values.contains(where: { $0.isWorking }), clock.now < deadline {
            try? await Task.detached { try await Task.sleep(for: .milliseconds(20)) }.value
        }
        for id in tasks.keys { await keep(id) }
    }

    // MARK: records

    /// Writes the record, tells the journal what is new, and wakes watchers.
    func keep(_ id: Int64, logging line: String? = nil) async {
        guard var task = tasks[id] else { return }
        task.context.save(to: &task.record)
        task.keptAt = clock.now()
        tasks[id] = task
        tell(id)
        let lines = task.context.takeLog() + [line].compactMap { $0 }
        for line in lines {
            services.logger.info(
                "\(task.record.name): \(line)", metadata: ["event": "\(JournalEvent.taskProgress.rawValue)", "task": "\(id)"])
        }
        do throws(StateError) {
            // In one commit: the work waits for it.
            try await services.state.keepTask(task.record, saying: lines.map { TaskLogLine(time: clock.seconds, text: $0) })
        } catch {
            services.logger.warning(
                "The record of task \(id) was not written: \(error)",
                metadata: ["event": "\(JournalEvent.worldFailed.rawValue)", "task": "\(id)"])
        }
    }

    /// After a step: the record when it is time, watchers always.
    func keepNowAndThen(_ id: Int64) async {
        guard var task = tasks[id] else { return }
        task.context.save(to: &task.record)
        task.meter.note(task.measure, at: clock.now())
        let isNews = task.tenths > task.toldTenths
        task.toldTenths = task.tenths
        tasks[id] = task
        if isNews {
            await keep(id, logging: "\(task.tenths * 10) % \(task.record.progress.item)")
        } else if task.context.hasNews || clock.now() - task.keptAt >= Self.keepInterval {
            await keep(id)
        } else {
            tell(id)
        }
    }

    private func tell(_ id: Int64) {
        guard let task = tasks[id] else { return }
        for watcher in (watchers[id] ?? [:]).values { watcher.yield(task.live) }
        announceRunning()
    }

    /// The unit's status, when it has changed: the system's manager passes each word of it on.
    private func announceRunning() {
        let running = tasks.values.filter { $0.isWorking && !$0.record.state.isOver }.map { "\($0.record.name) \($0.tenths * 10) %" }
        let line = running.sorted().joined(separator: ", ")
        guard line != announced else { return }
        announced = line
        announce(line)
    }

    /// It is over, and has let go of everything, or will when what hangs comes back.
    func end(_ id: Int64, _ state: TaskState, _ sentence: String) async {
        guard let task = tasks[id] else { return }
        tasks[id]?.record.state = state
        tasks[id]?.record.ended = clock.seconds
        tasks[id]?.record.due = nil
        if state == .done {
            // What shrank on the way, or was counted too high, keeps nothing from being over.
            var progress = task.context.progress
            progress.done = progress.total ?? progress.done
            progress.bytesDone = progress.bytesTotal ?? progress.bytesDone
            task.context.progress = progress
        }
        if state == .done { tasks[id]?.record.result = sentence } else { tasks[id]?.record.trouble = sentence }
        await keep(id, logging: "\(state.rawValue): \(sentence)")
        // Whoever has asked for it again by now has it begin at the next look, when its worker is gone.
        guard tasks[id]?.record.state == state else { return }
        for watcher in (watchers.removeValue(forKey: id) ?? [:]).values { watcher.finish() }
        tasks[id] = nil
        announceRunning()
        await look()
    }
}
