import GRDB

extension StateStore {
    /// A task that was asked for and has not begun.
    public func addTask(_ name: String, parameters: [String: String], startedBy: String, at time: Int64) async throws(StateError)
        -> TaskRecord
    {
        try await record { db in
            try db.execute(
                sql: "INSERT INTO task (name, state, parameters, started_by, asked) VALUES (?, ?, ?, ?, ?)",
                arguments: [name, TaskState.queued.rawValue, FactLines.text(parameters), startedBy, time])
            return TaskRecord(id: db.lastInsertedRowID, name: name, parameters: parameters, startedBy: startedBy, asked: time)
        }
    }

    /// Writes what is known of the task now, and what it has said since the last time; the last ``taskLogLines`` lines are kept.
    public func keepTask(_ task: TaskRecord, saying lines: [TaskLogLine] = []) async throws(StateError) {
        try await record { db in
            try db.execute(
                sql: """
                    UPDATE task SET state = ?, started = ?, ended = ?, done = ?, total = ?, unit = ?, bytes_done = ?, bytes_total = ?, \
                    item = ?, rate_limit = ?, tries = ?, due = ?, trouble = ?, warnings = ?, result = ?, cursor = ? WHERE id = ?
                    """,
                arguments: [
                    task.state.rawValue, task.started, task.ended, task.progress.done, task.progress.total, task.progress.unit,
                    task.progress.bytesDone, task.progress.bytesTotal, task.progress.item, task.limit, task.tries, task.due, task.trouble,
                    FactLines.text(task.warnings), task.result, FactLines.text(task.cursor), task.id,
                ])
            for line in lines.suffix(Self.taskLogLines) { try Self.log(task.id, line, db) }
        }
    }

    private static func log(_ id: Int64, _ line: TaskLogLine, _ db: Database) throws {
        let last = try Int64.fetchOne(db, sql: "SELECT max(number) FROM task_log WHERE task = ?", arguments: [id]) ?? 0
        try db.execute(
            sql: "INSERT INTO task_log (task, number, time, text) SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM task WHERE id = ?)",
            arguments: [id, last + 1, line.time, line.text, id])
        try db.execute(
            sql: "DELETE FROM task_log WHERE task = ? AND number <= ?", arguments: [id, last + 1 - Int64(taskLogLines)])
    }

    /// The newest first.
    public func tasks(limit: Int = 1000) async throws(StateError) -> [TaskRecord] {
        try await record { try TaskRecord.all($0, "ORDER BY id DESC LIMIT ?", [limit]) }
    }

    /// Those that are not over, the oldest first.
    public func openTasks() async throws(StateError) -> [TaskRecord] {
        try await record { try TaskRecord.all($0, "WHERE state NOT IN ('cancelled', 'failed', 'done') ORDER BY id", []) }
    }

    public func task(_ id: Int64) async throws(StateError) -> TaskRecord? {
        try await record { try TaskRecord.all($0, "WHERE id = ?", [id]).first }
    }

    public static let taskLogLines = 500

    /// The oldest line first.
    public func taskLog(_ id: Int64) async throws(StateError) -> [TaskLogLine] {
        try await record { db in
            try Row.fetchAll(db, sql: "SELECT time, text FROM task_log WHERE task = ? ORDER BY number", arguments: [id])
                .map { TaskLogLine(time: $0["time"], text: $0["text"]) }
        }
    }

    /// Forgets tasks that were over before this; answers how many.
    public func forgetTasks(endedBefore time: Int64) async throws(StateError) -> Int {
        try await record { db in
            try db.execute(
                sql: "DELETE FROM task WHERE state IN ('cancelled', 'failed', 'done') AND ended < ?", arguments: [time])
            return db.changesCount
        }
    }

    // MARK: schedules

    /// When each scheduled task is due next.
    public func taskSchedule() async throws(StateError) -> [String: Int64] {
        try await record { db in
            let rows = try Row.fetchAll(db, sql: "SELECT name, next FROM task_schedule")
            return Dictionary(rows.map { ($0["name"], $0["next"]) }, uniquingKeysWith: { first, _ in first })
        }
    }

    public func scheduleTask(_ name: String, next: Int64) async throws(StateError) {
        try await record { db in
            try db.execute(
                sql: "INSERT INTO task_schedule (name, next) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET next = ?2",
                arguments: [name, next])
        }
    }
}

extension TaskRecord {
    fileprivate static func all(_ db: Database, _ rest: String, _ arguments: StatementArguments) throws -> [TaskRecord] {
        try Row.fetchAll(db, sql: "SELECT * FROM task \(rest)", arguments: arguments).map { row in
            guard let state = TaskState(rawValue: row["state"]) else { throw StateError.unavailable("a task has no known state") }
            var task = TaskRecord(
                id: row["id"], name: row["name"], state: state, parameters: FactLines.facts(row["parameters"]),
                startedBy: row["started_by"], asked: row["asked"])
            task.started = row["started"]
            task.ended = row["ended"]
            task.progress = TaskProgress(
                done: row["done"], total: row["total"], unit: row["unit"], bytesDone: row["bytes_done"], bytesTotal: row["bytes_total"],
                item: row["item"])
            task.limit = row["rate_limit"]
            task.tries = row["tries"]
            task.due = row["due"]
            task.trouble = row["trouble"]
            task.warnings = FactLines.lines(row["warnings"])
            task.result = row["result"]
            task.cursor = FactLines.facts(row["cursor"])
            return task
        }
    }
}
