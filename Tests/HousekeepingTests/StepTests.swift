import Logging
import MailStore
import StateStore
import Synchronization
import Testing

@testable import Housekeeping

/// What holds up the tasks of these tests, by a parameter.
private let gates = Mutex<[String: AsyncStream<Void>.Continuation]>([:])

/// Its first step hangs until its gate is opened; the next one is the last.
private struct Stuck: BackgroundTask {
    static let plan = TaskPlan("stuck", "Hangs.", parameters: ["gate"], cancelling: "Nothing.", stepLimit: .seconds(600))
    let gate: String

    init(_ parameters: [String: String]) { gate = parameters["gate"] ?? "" }

    func step(in context: TaskContext) async throws -> TaskStep {
        guard context.progress.done == 0 else { return .done("It hangs no more.") }
        let (waiting, continuation) = AsyncStream.makeStream(of: Void.self)
        gates.withLock { $0[gate] = continuation }
        for await _ in waiting {}
        context.progress = TaskProgress(done: 1)
        return .goOn
    }
}

/// Hangs until its gate is opened when it should let go, or in its only step and then when it should take back.
private struct Clinging: BackgroundTask {
    static let plan = TaskPlan(
        "clinging", "Clings.", excludes: ["mover"], parameters: ["gate", "place"], cancelling: "Nothing.", stepLimit: .seconds(600))
    let gate: String
    let place: String

    init(_ parameters: [String: String]) {
        gate = parameters["gate"] ?? ""
        place = parameters["place"] ?? ""
    }

    private func hang() async {
        let (waiting, continuation) = AsyncStream.makeStream(of: Void.self)
        gates.withLock { $0[gate] = continuation }
        for await _ in waiting {}
    }

    func step(in context: TaskContext) async throws -> TaskStep {
        if place == "takeBack" { await hang() }
        return place == "pause" ? .goOn : .done("It is over.")
    }

    func takeBack(in context: TaskContext) async throws { await hang() }
    func letGo() async { if place != "takeBack" { await hang() } }
}

/// A hundred steps of a mebibyte.
private struct Mover: BackgroundTask {
    static let plan = TaskPlan("mover", "Moves a hundred mebibytes.", excludes: ["stuck"], cancelling: "Nothing.")
    init(_ parameters: [String: String]) {}

    func step(in context: TaskContext) async throws -> TaskStep {
        var progress = context.progress
        progress.bytesTotal = 100 << 20
        progress.bytesDone += 1 << 20
        progress.done += 1
        progress.unit = "pieces"
        progress.item = "piece \(progress.done)"
        context.progress = progress
        if progress.done == 50 { context.warn("Half of it is old.") }
        return progress.done < 100 ? .goOn : .done("It is moved.")
    }
}

/// Keeps what is logged: `task: message`.
private final class Journal: LogHandler, @unchecked Sendable {
    // `lines` is a mutex, the rest is never changed.
    let lines = Mutex<[String]>([])
    var logLevel: Logger.Level {
        get { .debug }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let task = event.metadata?["task"].map { "\($0)" } ?? "-"
        lines.withLock { $0.append("\(task): \(event.message)") }
    }
}

@Suite struct StepTests {
    private struct Bench: Sendable {
        let house: House
        let hand: HandClock
        let runner: TaskRunner
        let journal: Journal
        let announced: Announced
    }

    private final class Announced: Sendable {
        let lines = Mutex<[String]>([])
    }

    private static func with(_ body: (Bench) async throws -> Void) async throws {
        let house = try House()
        let hand = HandClock()
        let journal = Journal()
        let announced = Announced()
        let services = HouseServices(state: house.state, store: house.store, logger: Logger(label: "test") { _ in journal })
        let runner = TaskRunner(
            services, kinds: [Stuck.self, Clinging.self, Mover.self], clock: hand.clock,
            announce: { line in announced.lines.withLock { $0.append(line) } }
        )
        let running = Task { await runner.run() }
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(
                try await body(Bench(house: house, hand: hand, runner: runner, journal: journal, announced: announced)))
        } catch {
            outcome = .failure(error)
        }
        running.cancel()
        await running.value
        await house.remove()
        try outcome.get()
    }

    /// Turns the clock until the task is as it should be: by little, and slower when it takes long, so that what does work has time enough
    /// before its deadline. Records are written to a real drive, which many tests use at once.
    private static func turn(_ bench: Bench, _ id: Int64, by step: Duration = .milliseconds(5), until isSo: (TaskRecord) -> Bool)
        async throws -> TaskRecord
    {
        for turn in 0..<30_000 {
            let record = try await bench.runner.live(id).record
            if isSo(record) { return record }
            bench.hand.advance(by: step)
            if turn < 2000 { await Task.yield() } else { try await Task.sleep(for: .milliseconds(1)) }
        }
        return try await bench.runner.live(id).record
    }

    /// Waits, while the clock stands still, until somebody hangs at the gate.
    private static func reached(_ gate: String) async throws {
        for _ in 0..<30_000 where gates.withLock({ $0[gate] }) == nil { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func aStepThatHangsFailsAndNothingOfItIsLeft() async throws {
        try await Self.with { bench in
            let id = try await bench.runner.start("stuck", ["gate": "a"], by: "test").record.id
            let failed = try await Self.turn(bench, id, by: .seconds(1)) { $0.state.isOver }
            #expect(failed.state == .failed)
            #expect(failed.trouble == "One step took longer than 10m; look at the drive, then resume it.")
            // Neither it nor what it excludes begins while the step hangs.
            _ = try await bench.runner.order(.resume, id)
            let mover = try await bench.runner.start("mover", by: "test").record.id
            bench.hand.advance(by: .seconds(30))
            for _ in 0..<1000 { await Task.yield() }
            #expect(try await bench.runner.live(id).record.state == .queued)
            #expect(try await bench.runner.live(mover).record.state == .queued)
            // The step comes back; the task begins again where its record says, hangs there too, and is let go.
            let done = try await Self.turn(bench, id) { record in
                gates.withLock { $0["a"] }?.finish()
                return record.state.isOver
            }
            #expect(done.state == .done && done.ended != nil && done.trouble == nil)
            #expect(try await Self.turn(bench, mover) { $0.state.isOver }.state == .done)
        }
    }

    @Test func itHasPausedWhenItHasLetGo() async throws {
        try await Self.with { bench in
            let gate = "it pauses"
            let id = try await bench.runner.start("clinging", ["gate": gate, "place": "pause"], by: "test").record.id
            _ = try await Self.turn(bench, id) { $0.state == .running }
            _ = try await bench.runner.order(.pause, id)
            try await Self.reached(gate)
            #expect(try await bench.runner.live(id).record.state == .pausing)
            gates.withLock { $0[gate] }?.finish()
            #expect(try await Self.turn(bench, id) { $0.state == .paused }.state == .paused)
        }
    }

    @Test func anotherLimitHoldsAtOnce() async throws {
        try await Self.with { bench in
            // A mebibyte is a thousand seconds' worth.
            let id = try await bench.runner.start("mover", by: "test", limit: 1024).record.id
            let begun = try await Self.turn(bench, id) { $0.progress.done == 1 }
            #expect(begun.progress.done == 1)
            for _ in 0..<20 {
                bench.hand.advance(by: .seconds(1))
                for _ in 0..<100 { await Task.yield() }
            }
            #expect(try await bench.runner.live(id).record.progress.done == 1)
            _ = try await bench.runner.limit(id, to: nil)
            let before = bench.hand.clock.seconds
            let done = try await Self.turn(bench, id) { $0.state.isOver }
            #expect(done.state == .done && bench.hand.clock.seconds - before < 10_000)
        }
    }

    /// What it was asked for is told all the same, and only what it excludes waits until it is back.
    @Test(arguments: [
        ("letGo", TaskState.done, "It is over."),
        ("takeBack", .failed, "Taking back what was begun took longer than 10m; look at the drive."),
    ])
    func whatClingsIsLeftBehind(place: String, state: TaskState, sentence: String) async throws {
        try await Self.with { bench in
            let (gate, free) = ("clinging " + place, "free " + place)
            let id = try await bench.runner.start("clinging", ["gate": gate, "place": place], by: "test").record.id
            try await Self.reached(gate)
            if place == "takeBack" {
                _ = try await bench.runner.order(.cancel, id)
                gates.withLock { $0.removeValue(forKey: gate) }?.finish()
                try await Self.reached(gate)
            }
            let over = try await Self.turn(bench, id, by: .seconds(1)) { $0.state.isOver }
            #expect(over.state == state && (over.result ?? over.trouble) == sentence)
            let (mover, other) = (
                try await bench.runner.start("mover", by: "test").record.id,
                try await bench.runner.start("stuck", ["gate": free], by: "test").record.id
            )
            #expect(try await Self.turn(bench, other) { $0.state == .running }.state == .running)
            #expect(try await bench.runner.live(mover).record.state == .queued)
            try await Self.reached(free)
            for gate in [gate, free] { gates.withLock { $0.removeValue(forKey: gate) }?.finish() }
            #expect(try await Self.turn(bench, mover) { $0.state.isOver }.state == .done)
        }
    }

    @Test func theJournalAndTheUnitHearOfIt() async throws {
        try await Self.with { bench in
            let record = try await House.finish(bench.runner, "mover")
            let tenths = (1...9).map { "1: mover: \($0 * 10) % piece \($0 * 10)" }
            let heard = bench.journal.lines.withLock { $0 }
            #expect(heard.filter { $0.contains(" % ") } == tenths)
            #expect(heard.contains("1: mover: begins") && heard.contains("1: mover: Half of it is old."))
            #expect(heard.last == "1: mover: done: It is moved.")
            let log = try await bench.house.state.taskLog(record.id).map { "1: mover: \($0.text)" }
            #expect(log == heard)
            #expect(bench.announced.lines.withLock { $0 } == (0...9).map { "mover \($0 * 10) %" } + [""])
            // The record is whole in the database.
            let kept = try #require(try await bench.house.state.task(record.id))
            #expect(kept.state == .done && kept.startedBy == "test" && kept.started != nil && kept.ended != nil)
            #expect(
                kept.progress == TaskProgress(done: 100, unit: "pieces", bytesDone: 100 << 20, bytesTotal: 100 << 20, item: "piece 100"))
            #expect(kept.warnings == ["Half of it is old."] && kept.result == "It is moved.")
        }
    }

    @Test func aListenerThatIsSlowHearsTheNewest() async throws {
        try await Self.with { bench in
            let id = try await bench.runner.start("stuck", ["gate": "b"], by: "test").record.id
            var listeners: [AsyncStream<LiveTask>] = []
            for _ in 0..<200 { listeners.append(try await bench.runner.watch(id)) }
            while gates.withLock({ $0["b"] }) == nil { await Task.yield() }
            gates.withLock { $0["b"] }?.finish()
            _ = try await Self.turn(bench, id) { $0.state.isOver }
            // Nobody has listened meanwhile: each has one thing to hear, the end.
            for listener in listeners {
                var heard: [TaskState] = []
                for await live in listener { heard.append(live.record.state) }
                #expect(heard == [.done])
            }
        }
    }
}
