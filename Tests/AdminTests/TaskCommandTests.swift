import AdminContract
import AdminServer
import Foundation
import MailCore
import MailStore
import Synchronization
import Testing

@testable import postern

/// Every screen of `postern tasks`, word for word, on a desk whose tasks are made up.
@Suite struct TaskCommandTests {
    private final class Tasks: Sendable {
        let all: Mutex<[TaskFacts]>
        /// What a task looks like at the next questions, in turn.
        let next: Mutex<[TaskFacts]>

        init(_ all: [TaskFacts], next: [TaskFacts] = []) {
            self.all = Mutex(all)
            self.next = Mutex(next)
        }

        func show(_ id: Int64) throws -> TaskFacts {
            if let facts = next.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return facts }
            guard let facts = all.withLock({ $0.first { $0.id == String(id) } }) else {
                throw AdminRefusal(.notFound, "There is no task \(id).")
            }
            return facts
        }

        func change(_ id: Int64, _ body: (inout TaskFacts) -> Void) throws -> TaskFacts {
            var facts = try show(id)
            body(&facts)
            return facts
        }

        var desk: TaskDesk {
            TaskDesk(
                list: { [self] in
                    TasksList.Answer(
                        tasks: all.withLock { $0 },
                        schedules: [
                            TaskScheduleFacts(name: "index-copy", next: "2026-02-03T03:00:00Z", doc: "Copies the index aside."),
                            TaskScheduleFacts(name: "compact-packs", next: "2026-02-03T04:30:00Z", doc: "Gives space back."),
                        ])
                },
                show: { [self] in try show($0) },
                log: { [self] id in
                    _ = try show(id)
                    return TasksLog.Answer(lines: [
                        .init(time: "2026-02-02T10:00:00Z", text: "begins"),
                        .init(time: "2026-02-02T10:00:09Z", text: "10 % 00000001.pack"),
                    ])
                },
                start: { [self] name, parameters, who, limit in
                    guard name != "nap" else { throw AdminRefusal(.conflict, "There is no task nap; there are check-store, import.") }
                    return try change(2) { facts in
                        facts.name = name
                        facts.parameters = parameters
                        facts.limit = limit
                    }
                },
                order: { [self] order, id in
                    try change(id) { facts in
                        switch order {
                        case .pause: facts.state = "pausing"
                        case .resume: facts.state = "queued"
                        case .cancel: facts.state = "cancelling"
                        }
                    }
                },
                limit: { [self] id, limit in try change(id) { $0.limit = limit } },
                watch: { _ in AsyncStream { $0.finish() } }, drives: { [] },
                survey: { _, _ in throw AdminRefusal(.conflict, "Nothing moves here.") },
                storage: { throw AdminRefusal(.conflict, "Nothing moves here.") }, discardOld: { _ in })
        }
    }

    private static func facts(_ id: Int, _ name: String, _ state: String, _ change: (inout TaskFacts) -> Void = { _ in }) -> TaskFacts {
        var facts = TaskFacts(
            id: String(id), name: name, state: state, done: 0, total: nil, unit: "messages", bytesDone: 0, bytesTotal: nil, item: "",
            parameters: [:], startedBy: "an operator", asked: "2026-02-02T10:00:00Z", warnings: [])
        change(&facts)
        return facts
    }

    private static let checking = facts(3, "check-store", "running") { facts in
        facts.done = 2500
        facts.total = 10_000
        facts.bytesDone = 10 << 20
        facts.bytesTotal = 40 << 20
        facts.rate = 2 << 20
        facts.remaining = 15
        facts.item = "00000001.pack"
        facts.started = "2026-02-02T10:00:01Z"
        facts.limit = 2 << 20
        facts.warnings = ["message 2f in 00000001.pack at 4096: checksum"]
    }

    private static let importing = facts(2, "import", "queued") { facts in
        facts.parameters = ["from": "/srv/old", "account": "alice@example.org"]
        facts.due = "2026-02-02T10:15:00Z"
        facts.trouble = "The drive is full; make room, and it goes on by itself."
    }

    private static let moved = facts(1, "move-store", "failed") { facts in
        facts.done = 2
        facts.total = 5
        facts.unit = "packs"
        facts.ended = "2026-02-01T09:00:00Z"
        facts.startedBy = "schedule"
        facts.trouble = "/mnt/new is full; make room, then resume it."
    }

    /// By what it counts in the lists, too: octets before packs.
    @Test func theStatusSaysHowFarItIs() async throws {
        let moving = Self.facts(4, "move-store", "running") { facts in
            (facts.done, facts.total, facts.unit) = (0, 1, "packs")
            (facts.bytesDone, facts.bytesTotal) = (3 << 20, 4 << 20)
            facts.item = "00000001.pack"
        }
        let counting = Self.facts(5, "import", "running") { facts in (facts.done, facts.total) = (1, 3) }
        try await House.open(tasks: Tasks([moving, counting]).desk) { house in
            let shown = try await PosternCommand(socket: house.socket).run("status").output
            #expect(shown.contains("Task 4:      move-store running 75 %, 00000001.pack\n"), "\(shown)")
            #expect(shown.contains("Task 5:      import running 33 %\n"), "\(shown)")
        }
    }

    @Test func screens() async throws {
        try await House.open(tasks: Tasks([Self.checking, Self.importing, Self.moved]).desk) { house in
            try await CommandTests.play(
                [
                    .init(
                        "tasks",
                        """
                        ID  TASK         STATE    DONE  REMAINING  WORKING ON
                        3   check-store  running  25 %  15s        00000001.pack
                        2   import       queued                    The drive is full; make room, and it goes on by itself.
                        1   move-store   failed   40 %             /mnt/new is full; make room, then resume it.

                        SCHEDULED      NEXT
                        index-copy     <time>
                        compact-packs  <time>
                        """),
                    .init(
                        "tasks show 3",
                        """
                        Task:        3, check-store
                        State:       running
                        Done:        25 %
                        Bytes:       10.0 MiB of 40.0 MiB
                        Steps:       2500 of 10000 messages
                        Rate:        2.0 MiB/s
                        Remaining:   15s
                        Limit:       2.0 MiB/s
                        Working on:  00000001.pack
                        Started by:  an operator
                        Asked:       <time>
                        Started:     <time>
                        Warning: message 2f in 00000001.pack at 4096: checksum
                        """),
                    .init(
                        "tasks show 2",
                        """
                        Task:        2, import
                        State:       queued
                        Steps:       0 messages
                        account:     alice@example.org
                        from:        /srv/old
                        Started by:  an operator
                        Asked:       <time>
                        Next try:    <time>
                        Trouble:     The drive is full; make room, and it goes on by itself.
                        """),
                    .init(
                        "tasks show 1",
                        """
                        Task:        1, move-store
                        State:       failed
                        Done:        40 %
                        Steps:       2 of 5 packs
                        Started by:  schedule
                        Asked:       <time>
                        Ended:       <time>
                        Trouble:     /mnt/new is full; make room, then resume it.
                        """),
                    .init("tasks log 3", "<time> begins\n<time> 10 % 00000001.pack"),
                    .init("tasks pause 3", "Task 3 (check-store) is pausing, 25 %, at most 2.0 MiB/s: 00000001.pack"),
                    .init("tasks resume 1", "Task 1 (move-store) is queued, 40 %: /mnt/new is full; make room, then resume it."),
                    .init("tasks cancel 3", "Task 3 (check-store) is cancelling, 25 %, at most 2.0 MiB/s: 00000001.pack"),
                    .init("tasks limit 3 20MB", "Task 3 (check-store) is running, 25 %, at most 19.1 MiB/s: 00000001.pack"),
                    .init("tasks limit 3 none", "Task 3 (check-store) is running, 25 %: 00000001.pack"),
                    .init(
                        "tasks start check-store --limit 1MiB",
                        "Task 2 (check-store) is queued, at most 1.0 MiB/s: The drive is full; make room, and it goes on by itself."),
                    .init("tasks start nap", 1, "Error: There is no task nap; there are check-store, import."),
                    .init("tasks show 9", 1, "Error: There is no task 9."),
                    .init("tasks log 9", 1, "Error: There is no task 9."),
                    .init("tasks watch 9", 1, "Error: There is no task 9."),
                    .init("tasks show x", 1, "Error: \"x\" is no task's id, which is a number."),
                    .init(
                        "tasks limit 3 fast", 1, "Error: \"fast\" is no rate; write it like 20MB or 20MiB, at least 1KiB a second, or none."
                    ),
                    .init(
                        "tasks limit 3 0", 1, "Error: \"0\" is no rate; write it like 20MB or 20MiB, at least 1KiB a second, or none."),
                ], in: house)
        }
    }

    @Test func nothingToShow() async throws {
        try await House.open(tasks: Tasks([]).desk) { house in
            try await CommandTests.play(
                [.init("tasks", "No task has run yet.\n\nSCHEDULED      NEXT\nindex-copy     <time>\ncompact-packs  <time>")], in: house)
        }
    }

    /// What was asked for is no trouble.
    @Test func cancelled() async throws {
        let cancelled = Self.facts(4, "move-store", "cancelled") { facts in
            facts.ended = "2026-02-01T09:00:00Z"
            facts.trouble = "The mail stays where it is; what was copied is taken away."
        }
        try await House.open(tasks: Tasks([cancelled]).desk) { house in
            try await CommandTests.play(
                [
                    .init(
                        "tasks show 4",
                        """
                        Task:        4, move-store
                        State:       cancelled
                        Done:        0 messages
                        Steps:       0 messages
                        Started by:  an operator
                        Asked:       <time>
                        Ended:       <time>
                        Result:      The mail stays where it is; what was copied is taken away.
                        """)
                ], in: house)
        }
    }

    @Test func restoring() async throws {
        let uses = "is a mail store and no backup; \"postern storage move"
        try await House.open(tasks: Tasks([Self.importing]).desk) { house in
            let (backup, live) = (house.folder + "/backup", house.folder + "/mail")
            try FileManager.default.createDirectory(atPath: backup + "/postern-mail", withIntermediateDirectories: true)
            var lines = try String(contentsOfFile: live + "/postern-mail/identity", encoding: .utf8)
            lines = lines.replacing(#/generation(\W+)\d+/#) { "generation\($0.output.1)0" }
            try lines.write(toFile: backup + "/postern-mail/identity", atomically: true, encoding: .utf8)
            try await CommandTests.play(
                [
                    .init(
                        "storage restore \(backup)",
                        "Task 2 (adopt-store) is queued: The drive is full; make room, and it goes on by itself."),
                    .init(
                        "storage restore \(backup) --limit 20MB",
                        "Task 2 (adopt-store) is queued, at most 19.1 MiB/s: The drive is full; make room, and it goes on by itself."),
                    .init(
                        "storage restore \(backup) --limit fast", 1,
                        "Error: \"fast\" is no rate; write it like 20MB or 20MiB, at least 1KiB a second, or none."),
                    .init("storage restore /no/such", 1, "Error: There is no backup of mail in /no/such."),
                    .init(
                        "storage restore \(live)", 1,
                        "Error: What lies in \(live) \(uses) \(live) --adopt\" uses it as it is."
                    ),
                ], in: house)
        }
    }

    /// Programs get the tasks alone, as an array.
    @Test func json() async throws {
        try await House.open(tasks: Tasks([Self.checking, Self.moved]).desk) { house in
            let outcome = try await PosternCommand(socket: house.socket).run("tasks --json")
            let found = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
            #expect(found.map { $0["id"] as? String } == ["3", "1"])
            #expect(found.map { $0["name"] as? String } == ["check-store", "move-store"])
            #expect(found.map { $0["state"] as? String } == ["running", "failed"])
            #expect(found.map { $0["done"] as? Int } == [2500, 2])
            #expect(found.map { $0["total"] as? Int } == [10_000, 5])
            #expect(found.map { $0["unit"] as? String } == ["messages", "packs"])
        }
    }

    @Test func watchingInAPipe() async throws {
        let steps = [(0, "queued"), (10, "running"), (10, "running"), (60, "running"), (60, "paused"), (100, "done")].map { done, state in
            Self.facts(4, "index-copy", state) { facts in
                facts.done = done
                facts.total = 100
                facts.unit = "pages"
                facts.item = "page \(done)"
                if state == "done" { facts.result = "The index is copied (4 KiB)." }
            }
        }
        try await House.open(tasks: Tasks([], next: steps).desk) { house in
            try await CommandTests.play(
                [
                    .init(
                        "tasks watch 4",
                        """
                        index-copy  queued  0 %
                        index-copy  running  10 %
                        index-copy  running  60 %
                        index-copy  paused  60 %
                        Task 4 (index-copy) is done, 100 %: The index is copied (4 KiB).
                        """)
                ], in: house)
        }
        try await House.open(tasks: Tasks([Self.moved]).desk) { house in
            let outcome = try await PosternCommand(socket: house.socket).run("tasks watch 1")
            #expect(outcome.code == 1)
            #expect(outcome.output == "Task 1 (move-store) is failed, 40 %: /mnt/new is full; make room, then resume it.\n")
        }
    }

    @Test(arguments: [
        (80, "check-store [#####------------------]  25 %  2.0 MiB/s  15s left  00000001.pack"),
        (120, "check-store [##########------------------------------]  25 %  2.0 MiB/s  15s left  00000001.pack"),
        (40, "check-store [##------]  25 %  2.0 MiB/s"), (30, "check-store [##-------]  25 %"), (18, "check-store [#---"),
    ])
    func theBar(width: Int, bar: String) { #expect(TaskWatch.bar(Self.checking, width: width) == bar) }
}
