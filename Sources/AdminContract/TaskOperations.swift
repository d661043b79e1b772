/// `tasks list`
public struct TasksList: AdminOperation {
    public static let spec = OperationSpec(
        "tasks list", .get, "/api/tasks", "Shows long work: what runs, what waits, what is over, and what is due by itself.")
    public enum CodingKeys: CodingKey, CaseIterable {}

    public struct Answer: Codable, Sendable {
        /// The newest first.
        public var tasks: [TaskFacts]
        public var schedules: [TaskScheduleFacts]

        public init(tasks: [TaskFacts], schedules: [TaskScheduleFacts]) {
            self.tasks = tasks
            self.schedules = schedules
        }
    }

    public init() {}
}

/// `tasks show`
public struct TasksShow: AdminOperation {
    public static let spec = OperationSpec("tasks show", .get, "/api/tasks/{id}", "Shows one task.")
    public enum CodingKeys: CodingKey, CaseIterable { case id }
    public typealias Answer = TaskFacts

    public var id: String
    public var subject: String { id }

    public init(id: String) { self.id = id }
}

/// `tasks log`
public struct TasksLog: AdminOperation {
    public static let spec = OperationSpec("tasks log", .get, "/api/tasks/{id}/log", "Shows what a task has said, the oldest line first.")
    public enum CodingKeys: CodingKey, CaseIterable { case id }

    public struct Answer: Codable, Sendable {
        public struct Line: Codable, Sendable {
            /// RFC 3339, in UTC.
            public var time: String
            public var text: String

            public init(time: String, text: String) {
                self.time = time
                self.text = text
            }
        }

        public var lines: [Line]
        public init(lines: [Line]) { self.lines = lines }
    }

    public var id: String
    public var subject: String { id }

    public init(id: String) { self.id = id }
}

/// `tasks start`
public struct TasksStart: AdminOperation {
    public static let spec = OperationSpec("tasks start", .post, "/api/tasks", "Starts a task.")
    public enum CodingKeys: CodingKey, CaseIterable { case name, parameters, limit }
    public typealias Answer = TaskFacts

    public var name: String
    public var parameters: [String: String]?
    /// `20MiB` a second.
    public var limit: String?

    public var subject: String { name }

    public init(name: String, parameters: [String: String] = [:], limit: String? = nil) {
        self.name = name
        self.parameters = parameters
        self.limit = limit
    }
}

/// `tasks pause`
public struct TasksPause: AdminOperation {
    public static let spec = OperationSpec("tasks pause", .post, "/api/tasks/{id}/pause", "Lets a task rest until it is resumed.")
    public enum CodingKeys: CodingKey, CaseIterable { case id }
    public typealias Answer = TaskFacts

    public var id: String
    public var subject: String { id }

    public init(id: String) { self.id = id }
}

/// `tasks resume`
public struct TasksResume: AdminOperation {
    public static let spec = OperationSpec(
        "tasks resume", .post, "/api/tasks/{id}/resume", "Lets a task go on that was paused, waits for another try, or has failed.")
    public enum CodingKeys: CodingKey, CaseIterable { case id }
    public typealias Answer = TaskFacts

    public var id: String
    public var subject: String { id }

    public init(id: String) { self.id = id }
}

/// `tasks cancel`
public struct TasksCancel: AdminOperation {
    public static let spec = OperationSpec("tasks cancel", .post, "/api/tasks/{id}/cancel", "Ends a task and takes back what it began.")
    public enum CodingKeys: CodingKey, CaseIterable { case id }
    public typealias Answer = TaskFacts

    public var id: String
    public var subject: String { id }

    public init(id: String) { self.id = id }
}

/// `tasks limit`
public struct TasksLimit: AdminOperation {
    public static let spec = OperationSpec(
        "tasks limit", .put, "/api/tasks/{id}/limit", "Changes how many bytes a second a task may move, while it runs.")
    public enum CodingKeys: CodingKey, CaseIterable { case id, rate }
    public typealias Answer = TaskFacts

    public var id: String
    /// `20MiB`, or `none`.
    public var rate: String
    public var subject: String { id }

    public init(id: String, rate: String) {
        self.id = id
        self.rate = rate
    }
}

/// A piece of long work.
public struct TaskFacts: Codable, Sendable, Equatable {
    public var id: String
    public var name: String
    /// `queued`, `running`, `pausing`, `paused`, `cancelling`, `cancelled`, `failed` or `done`.
    public var state: String
    /// In `unit`; `total` is missing while nobody knows it.
    public var done: Int
    public var total: Int?
    public var unit: String
    public var bytesDone: Int
    public var bytesTotal: Int?
    /// Bytes a second, or units where no bytes are counted; only while it runs.
    public var rate: Int?
    /// Seconds that it still takes at this rate.
    public var remaining: Int?
    /// What it is working on.
    public var item: String
    public var parameters: [String: String]
    public var startedBy: String
    /// RFC 3339, in UTC.
    public var asked: String
    public var started: String?
    public var ended: String?
    /// Not tried again before this.
    public var due: String?
    /// Bytes a second that it may move at most.
    public var limit: Int?
    /// Why it failed, or why its last try did.
    public var trouble: String?
    public var warnings: [String]
    /// What came of it.
    public var result: String?

    public init(
        id: String, name: String, state: String, done: Int, total: Int?, unit: String, bytesDone: Int, bytesTotal: Int?, item: String,
        parameters: [String: String], startedBy: String, asked: String, warnings: [String]
    ) {
        self.id = id
        self.name = name
        self.state = state
        self.done = done
        self.total = total
        self.unit = unit
        self.bytesDone = bytesDone
        self.bytesTotal = bytesTotal
        self.item = item
        self.parameters = parameters
        self.startedBy = startedBy
        self.asked = asked
        self.warnings = warnings
    }

    /// Nothing more comes of it by itself.
    public var isOver: Bool { ["cancelled", "failed", "done"].contains(state) }

    /// How far it is: in bytes where they are counted, because a pack that is halfway is no pack that is done, and in units elsewhere. The
    /// total is 0 while nobody knows it.
    public var extent: (done: Int, total: Int) { bytesTotal.map { (bytesDone, $0) } ?? (done, total ?? 0) }

    /// 0 to 100; `nil` while nobody knows.
    public var percent: Int? {
        let (done, total) = extent
        return total > 0 ? min(max(0, done * 100 / total), 100) : nil
    }
}

/// A task that is asked for by itself, now and then.
public struct TaskScheduleFacts: Codable, Sendable, Equatable {
    public var name: String
    /// RFC 3339, in UTC.
    public var next: String
    public var doc: String

    public init(name: String, next: String, doc: String) {
        self.name = name
        self.next = next
        self.doc = doc
    }
}
