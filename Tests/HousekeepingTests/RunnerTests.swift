import MailStore
import StateStore
import Synchronization
import Testing

@testable import Housekeeping

/// What the tasks of these tests do at their next steps; each test has its own, by a parameter.
private let scripts = Mutex<[String: [Result<TaskStep, TaskFailure>]]>([:])

private struct Scripted: BackgroundTask {
    static let plan = TaskPlan("scripted", "Does as it is told.", excludes: ["scripted"], parameters: ["script"], cancelling: "Taken back.")
    let name: String

    init(_ parameters: [String: String]) throws(TaskFailure) {
        guard let name = parameters["script"] else { throw TaskFailure("no script") }
        self.name = name
    }

    func step(in context: TaskContext) async throws -> TaskStep {
        let next = scripts.withLock { $0[name]?.isEmpty == false ? $0[name]?.removeFirst() : nil }
        var progress = context.progress
        progress.done += 1
        context.progress = progress
        context[cursor: "steps"] = String(progress.done)
        return try (next ?? .success(.done("over"))).get()
    }
}

private struct Often: BackgroundTask {
    static let plan = TaskPlan("often", "Comes by itself.", schedule: .every(.seconds(600)), cancelling: "")
    init(_ parameters: [String: String]) {}
    func step(in context: TaskContext) async throws -> TaskStep { .done("came") }
}

@Suite struct RunnerTests {
    private static func with(_ body: (House, HandClock, TaskRunner) async throws -> Void) async throws {
        let house = try House()
        let hand = HandClock()
        let runner = TaskRunner(house.services, kinds: [Scripted.self, Often.self], clock: hand.clock)
        let running = Task { await runner.run() }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(house, hand, runner)) } catch { outcome = .failure(error) }
        running.cancel()
        await running.value
        await house.remove()
        try outcome.get()
    }

    /// The task when it is in this state.
    private static func wait(_ runner: TaskRunner, _ id: Int64, for state: TaskState) async throws -> TaskRecord {
        for await live in try await runner.watch(id) where live.record.state == state { return live.record }
        return try await runner.live(id).record
    }

    @Test func stepsUntilItIsDone() async throws {
        try await Self.with { _, _, runner in
            scripts.withLock { $0["done"] = [.success(.goOn), .success(.goOn), .success(.done("three steps"))] }
            let record = try await House.finish(runner, "scripted", ["script": "done"])
            #expect(record.state == .done && record.result == "three steps" && record.progress.done == 3)
            #expect(record.cursor == ["steps": "3"])
        }
    }

    /// Whoever hears that it is over may start another at once.
    @Test func whatIsOverHoldsNobodyUp() async throws {
        try await Self.with { _, _, runner in
            for _ in 0..<20 {
                let task = try await runner.start("scripted", ["script": "none"], by: "test")
                #expect(try await Self.wait(runner, task.record.id, for: .done).state == .done)
            }
        }
    }

    @Test func whatFailsForGoodSaysWhy() async throws {
        try await Self.with { _, _, runner in
            scripts.withLock { $0["bad"] = [.failure(TaskFailure("It cannot be."))] }
            let record = try await House.finish(runner, "scripted", ["script": "bad"])
            #expect(record.state == .failed && record.trouble == "It cannot be.")
            scripts.withLock { $0["bad"] = [.success(.done("now it can"))] }
            _ = try await runner.order(.resume, record.id)
            #expect(try await Self.wait(runner, record.id, for: .done).state == .done)
        }
    }

    @Test func whatMayPassIsTriedAgainLaterAndLater() async throws {
        try await Self.with { _, hand, runner in
            let full = Result<TaskStep, TaskFailure>.failure(TaskFailure("The drive is full.", mayPass: true))
            scripts.withLock { $0["full"] = [full, full, .success(.done("there was room"))] }
            let id = try await runner.start("scripted", ["script": "full"], by: "test").record.id
            var waits: [Int64] = []
            var record = try await runner.live(id).record
            // The hand turns until it is over; each try's wait is noted as it begins.
            while !record.state.isOver {
                if record.state == .queued, record.tries == waits.count + 1, let due = record.due {
                    waits.append(due - hand.clock.seconds)
                    #expect(record.trouble == "The drive is full.")
                }
                // By little: what does work has time enough before its deadline.
                hand.advance(by: .milliseconds(5))
                await Task.yield()
                record = try await runner.live(id).record
            }
            #expect(record.state == .done && record.result == "there was room")
            // A turn or two may pass before it is looked at.
            #expect(waits.count == 2 && (10...15).contains(waits[0]) && (25...30).contains(waits[1]))
        }
    }

    @Test func aSecondOfItsKindIsRefused() async throws {
        try await Self.with { _, _, runner in
            scripts.withLock { $0["one"] = [.failure(TaskFailure("later", mayPass: true))] }
            _ = try await runner.start("scripted", ["script": "one"], by: "test")
            do {
                _ = try await runner.start("scripted", ["script": "two"], by: "test")
                Issue.record("two at once")
            } catch let failure as TaskFailure {
                #expect(failure.description.hasPrefix("scripted is at work already, as task 1;"))
            }
        }
    }

    @Test func cancelTakesBack() async throws {
        try await Self.with { _, _, runner in
            scripts.withLock { $0["slow"] = [.failure(TaskFailure("later", mayPass: true))] }
            let id = try await runner.start("scripted", ["script": "slow"], by: "test").record.id
            _ = try await runner.order(.cancel, id)
            let record = try await Self.wait(runner, id, for: .cancelled)
            #expect(record.state == .cancelled && record.trouble == "Taken back.")
        }
    }

    @Test func aRestartGoesOnBehindTheLastStep() async throws {
        let house = try House()
        let record = try await house.state.addTask("scripted", parameters: ["script": "again"], startedBy: "test", at: 1)
        var broken = record
        broken.state = .running
        broken.progress.done = 7
        broken.cursor = ["steps": "7"]
        try await house.state.keepTask(broken)
        scripts.withLock { $0["again"] = [.success(.goOn), .success(.done("went on"))] }
        let runner = TaskRunner(house.services, kinds: [Scripted.self], clock: HandClock().clock)
        let running = Task { await runner.run() }
        var last = broken
        while !last.state.isOver {
            guard let found = try await house.state.task(record.id) else { break }
            last = found
            await Task.yield()
        }
        #expect(last.state == .done && last.progress.done == 9)
        running.cancel()
        await running.value
        await house.remove()
    }

    @Test func whatIsScheduledComesWhenItIsTime() async throws {
        #expect(TaskPlan.Schedule.every(.seconds(600)).next(after: 1000) == 1600)
        #expect(TaskPlan.Schedule.onDemand.next(after: 1000) == nil)
        let night = try #require(TaskPlan.Schedule.nightly(hour: 3).next(after: 1_000_000))
        #expect(night > 1_000_000 && night <= 1_000_000 + 25 * 3600)
        try await Self.with { _, hand, runner in
            while await runner.schedule.isEmpty { await Task.yield() }
            let next = await runner.schedule
            #expect(next.map(\.name) == ["often"] && next.map(\.next) == [1_000_600])
            #expect(try await runner.list().isEmpty, "a schedule is no task")
            while try await runner.list().count < 2 {
                hand.advance(by: .seconds(5))
                await Task.yield()
            }
            #expect(try await runner.list().allSatisfy { $0.record.name == "often" && $0.record.startedBy == "schedule" })
            #expect(hand.clock.seconds >= 1_001_200)
            #expect(await runner.schedule[0].next > hand.clock.seconds)
        }
    }
}
