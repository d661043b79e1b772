internal import AdminContract
internal import ArgumentParser

/// `postern tasks`
struct TasksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks", abstract: "Shows and steers long work.",
        subcommands: [List.self, Show.self, Watch.self, Log.self, Pause.self, Resume.self, Cancel.self, Limit.self, Start.self],
        defaultSubcommand: List.self)

    struct List: OperationCommand {
        @OptionGroup var common: CommonOptions

        func operation() -> TasksList { TasksList() }

        func text(_ answer: TasksList.Answer) -> String {
            let tasks = TextTable(
                ["ID", "TASK", "STATE", "DONE", "REMAINING", "WORKING ON"],
                answer.tasks.map { task in
                    [
                        task.id, task.name, task.state, task.share, task.remaining.map(Readable.seconds) ?? "",
                        task.about,
                    ]
                })
            let schedules = TextTable(["SCHEDULED", "NEXT"], answer.schedules.map { [$0.name, $0.next] })
            return [answer.tasks.isEmpty ? "No task has run yet." : tasks.text, schedules.text].joined(separator: "\n\n")
        }

        /// Programs want the tasks alone, as an array.
        func json(_ answer: TasksList.Answer) throws -> String { try JSONText.of(answer.tasks) }
    }

    struct Show: OperationCommand {
        @Argument(help: "The task's id.") var id: String
        @OptionGroup var common: CommonOptions

        func operation() -> TasksShow { TasksShow(id: id) }
        func text(_ answer: TaskFacts) -> String { answer.text }
    }

    struct Watch: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "watch", abstract: "Follows a task to its end: a bar in a terminal, plain lines in a pipe.",
            discussion: "Exit codes: 0 done, 1 failed or cancelled.")
        @Argument(help: "The task's id.") var id: String
        @OptionGroup var common: CommonOptions

        func run() throws { try TaskWatch(client: AdminClient(socket: common.socketPath)).follow(id) }
    }

    struct Log: OperationCommand {
        @Argument(help: "The task's id.") var id: String
        @OptionGroup var common: CommonOptions

        func operation() -> TasksLog { TasksLog(id: id) }
        func text(_ answer: TasksLog.Answer) -> String { answer.lines.map { "\($0.time) \($0.text)" }.joined(separator: "\n") }
    }

    struct Pause: OperationCommand {
        @Argument(help: "The task's id.") var id: String
        @OptionGroup var common: CommonOptions

        func operation() -> TasksPause { TasksPause(id: id) }
        func text(_ answer: TaskFacts) -> String { answer.line }
    }

    struct Resume: OperationCommand {
        @Argument(help: "The task's id.") var id: String
        @OptionGroup var common: CommonOptions

        func operation() -> TasksResume { TasksResume(id: id) }
        func text(_ answer: TaskFacts) -> String { answer.line }
    }

    struct Cancel: OperationCommand {
        @Argument(help: "The task's id.") var id: String
        @OptionGroup var common: CommonOptions

        func operation() -> TasksCancel { TasksCancel(id: id) }
        func text(_ answer: TaskFacts) -> String { answer.line }
    }

    struct Limit: OperationCommand {
        @Argument(help: "The task's id.") var id: String
        @Argument(help: "Bytes a second, such as 20MB or 20MiB; none for no limit.") var rate: String
        @OptionGroup var common: CommonOptions

        func operation() -> TasksLimit { TasksLimit(id: id, rate: rate) }
        func text(_ answer: TaskFacts) -> String { answer.line }
    }

    struct Start: OperationCommand {
        @Argument(help: "The task, such as check-store.") var name: String
        @Argument(help: "What it needs to know, as NAME=VALUE.") var parameters: [String] = []
        @Option(help: "Bytes a second that it may move at most.") var limit: String?
        @Flag(help: "Follow it to its end.") var wait = false
        @OptionGroup var common: CommonOptions

        func operation() throws -> TasksStart {
            var values: [String: String] = [:]
            for word in parameters {
                guard let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) else {
                    throw ValidationError("Write parameters as NAME=VALUE.")
                }
                values[String(word[..<equals])] = String(word[word.utf8.index(after: equals)...])
            }
            return TasksStart(name: name, parameters: values, limit: limit)
        }

        func text(_ answer: TaskFacts) -> String { answer.line }
        func follow(_ answer: TaskFacts) -> String? { wait ? answer.id : nil }
    }
}

extension TaskFacts {
    /// `12 %`, or what is done of an unknown whole.
    var share: String {
        guard let percent else { return state == "queued" ? "" : "\(done) \(unit)" }
        return "\(percent) %"
    }

    /// What it is working on, what keeps it, or what came of it.
    var about: String { isOver ? result ?? trouble ?? "" : trouble ?? item }

    /// One line about it.
    var line: String {
        let bound = limit.map { isOver ? "" : ", at most " + Readable.bytes($0) + "/s" } ?? ""
        return "Task \(id) (\(name)) is \(state)\(share.isEmpty ? "" : ", " + share)\(bound)\(about.isEmpty ? "." : ": " + about)"
    }

    var text: String {
        var facts: [(name: String, value: String)] = [("Task", "\(id), \(name)"), ("State", state)]
        if !share.isEmpty { facts.append(("Done", share)) }
        if bytesTotal != nil || bytesDone > 0 {
            facts.append(("Bytes", Readable.bytes(bytesDone) + (bytesTotal.map { " of " + Readable.bytes($0) } ?? "")))
        }
        facts.append(("Steps", "\(done)\(total.map { " of \($0)" } ?? "") \(unit)"))
        if let speed { facts.append(("Rate", speed)) }
        if let remaining { facts.append(("Remaining", Readable.seconds(remaining))) }
        if let limit { facts.append(("Limit", Readable.bytes(limit) + "/s")) }
        if !item.isEmpty, !isOver { facts.append(("Working on", item)) }
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { facts.append((name, value)) }
        facts.append(("Started by", startedBy))
        facts.append(("Asked", asked))
        if let started { facts.append(("Started", started)) }
        if let due { facts.append(("Next try", due)) }
        if let ended { facts.append(("Ended", ended)) }
        if let trouble { facts.append((state == "cancelled" ? "Result" : "Trouble", trouble)) }
        if let result { facts.append(("Result", result)) }
        return ([TextTable(facts: facts).text] + warnings.map { "Warning: \($0)" }).joined(separator: "\n")
    }

    /// `81.3 MiB/s`, `5000 messages/s`.
    var speed: String? { rate.map { bytesTotal == nil ? "\($0) \(unit)/s" : Readable.bytes($0) + "/s" } }
}
