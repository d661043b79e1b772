internal import AdminContract
internal import AdminServer
internal import Glibc
internal import Host
internal import Housekeeping
internal import Logging
internal import MailCore
internal import MailSettings
internal import MailStore
internal import ServiceLifecycle
internal import StateStore
internal import Synchronization

/// Long work while the daemon runs, and the desk at which operators ask for it.
struct TaskService: ServiceLifecycle.Service {
    let runner: TaskRunner
    private let services: HouseServices
    private let standard: String

    private static let pulse = Duration.seconds(15)
    private static let anew = Atomic(false)
    /// Whether the daemon ended to begin anew on another store.
    static var beginsAnew: Bool { anew.load(ordering: .sequentiallyConsistent) }
    /// Ends the daemon in good order, so that it begins anew.
    static func beginAnew() {
        anew.store(true, ordering: .sequentiallyConsistent)
        kill(getpid(), SIGTERM)
    }

    /// The same, when whoever asked has had his answer.
    static func beginAnewSoon() {
        Task.detached {
            try? await Task.sleep(for: .milliseconds(300))
            beginAnew()
        }
    }

    /// What the process ends with then: EX_TEMPFAIL, on which systemd starts it again.
    static let anewStatus: Int32 = 75

    /// `standard`: the folder where mail is when nobody has moved it.
    init(state: StateStore, store: MailStore, settings: LiveSettings, standard: String, gatekeeper: GatekeeperClient, logger: Logger) {
        self.standard = standard
        services = HouseServices(
            state: state, store: store, folders: { settings.current.mailbox.folders },
            beginAnew: { Self.beginAnew() },
            prepareDrive: { major, minor in
                switch await gatekeeper.ask(.prepareMount(major: major, minor: minor)) {
                case .done: nil
                case .refused(let sentence): sentence
                case .report: "The gatekeeper did not say whether it made a folder for mail."
                }
            }, logger: logger)
        runner = TaskRunner(services, announce: { Notify.status(Readiness.status + ($0.isEmpty ? "" : "; " + $0)) })
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await runner.run() }
    }

    var desk: TaskDesk {
        let facts = StorageDesk(services: services, runner: runner, standard: standard)
        return TaskDesk(
            list: {
                let docs = Dictionary(runner.plans.map { ($0.name, $0.doc) }, uniquingKeysWith: { first, _ in first })
                return TasksList.Answer(
                    tasks: try await runner.list().map(\.facts),
                    schedules: await runner.schedule.map {
                        TaskScheduleFacts(name: $0.name, next: Self.time($0.next), doc: docs[$0.name] ?? "")
                    })
            },
            show: { id in try await Self.told { try await runner.live(id).facts } },
            log: { id in
                _ = try await Self.told { try await runner.live(id) }
                let lines = try await services.state.taskLog(id)
                return TasksLog.Answer(lines: lines.map { .init(time: Self.time($0.time), text: $0.text) })
            },
            start: { name, parameters, who, limit in
                try await Self.told { try await runner.start(name, parameters, by: who, limit: limit).facts }
            },
            order: { order, id in
                let meant: TaskRunner.Order =
                    switch order {
                    case .pause: .pause
                    case .resume: .resume
                    case .cancel: .cancel
                    }
                return try await Self.told { try await runner.order(meant, id).facts }
            },
            limit: { id, limit in try await Self.told { try await runner.limit(id, to: limit).facts } },
            watch: { id in
                let stream = try await Self.told { try await runner.watch(id) }
                let (facts, out) = AsyncStream.makeStream(of: TaskFacts.self, bufferingPolicy: .bufferingNewest(1))
                let last = LastFacts()
                let carrier = Task {
                    for await task in stream {
                        last.kept.withLock { $0 = task.facts }
                        out.yield(task.facts)
                    }
                    out.finish()
                }
                // Of a task that rests nothing new is told; that a listener is gone shows when something is told to him.
                let pulse = Task {
                    while (try? await Task.sleep(for: Self.pulse)) != nil {
                        if let facts = last.kept.withLock({ $0 }) { out.yield(facts) }
                    }
                }
                out.onTermination = { _ in
                    carrier.cancel()
                    pulse.cancel()
                }
                return facts
            },
            drives: { await facts.drives() }, survey: { try await Preflight.survey($0, onSameDrive: $1, services) },
            storage: { try await facts.storage() },
            discardOld: { otherMail in try await Self.told { try await OldCopy.discard(services, evenOtherMail: otherMail) } })
    }

    /// A refusal of the runner in the words of an operator's answer.
    private static func told<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let failure as TaskFailure {
            throw AdminRefusal(failure.description.hasPrefix("There is no task") ? .notFound : .conflict, failure.description)
        }
    }

    /// RFC 3339, in UTC.
    static func time(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// What a listener was told last.
private final class LastFacts: Sendable {
    let kept = Mutex<TaskFacts?>(nil)
}

extension LiveTask {
    /// As an operator sees it.
    var facts: TaskFacts {
        let progress = record.progress
        var facts = TaskFacts(
            id: String(record.id), name: record.name, state: record.state.rawValue, done: progress.done, total: progress.total,
            unit: progress.unit, bytesDone: progress.bytesDone, bytesTotal: progress.bytesTotal, item: progress.item,
            parameters: record.parameters, startedBy: record.startedBy, asked: TaskService.time(record.asked), warnings: record.warnings)
        facts.rate = rate.map { Int($0.rounded()) }
        facts.remaining = remaining
        facts.started = record.started.map(TaskService.time)
        facts.ended = record.ended.map(TaskService.time)
        facts.due = record.due.map(TaskService.time)
        facts.limit = record.limit
        facts.trouble = record.trouble
        facts.result = record.result
        return facts
    }
}
