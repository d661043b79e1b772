internal import MailCore

/// A piece of long work as the database keeps it, so that a crash or a restart resumes it where it was. Times are Unix seconds.
public struct TaskRecord: Hashable, Sendable {
    /// Never given twice.
    public let id: Int64
    /// Which declared task this is one of.
    public let name: String
    public var state: TaskState
    public let parameters: [String: String]
    /// `schedule`, or who asked.
    public let startedBy: String
    public let asked: Int64
    public var started: Int64?
    public var ended: Int64?
    public var progress = TaskProgress()
    /// Bytes a second that it may move at most; an operator's word.
    public var limit: Int?
    /// How often in a row a step failed for a cause that may pass.
    public var tries = 0
    /// Not before this, when it waits for its next try.
    public var due: Int64?
    /// Why it failed, or why its last try did: one sentence and what to do.
    public var trouble: String?
    /// What somebody should look at, a sentence each; the first ``mostWarnings``.
    public var warnings: [String] = []
    /// What came of it.
    public var result: String?
    /// Where its next step begins, in its own words.
    public var cursor: [String: String] = [:]

    public static let mostWarnings = 100

    init(
        id: Int64, name: String, state: TaskState = .queued, parameters: [String: String], startedBy: String, asked: Int64
    ) {
        self.id = id
        self.name = name
        self.state = state
        self.parameters = parameters
        self.startedBy = startedBy
        self.asked = asked
    }
}

/// How far a task has come.
public struct TaskProgress: Hashable, Sendable {
    /// In the task's own unit.
    public var done: Int
    /// `nil` when nobody knows.
    public var total: Int?
    /// `messages`, `packs`, `pages`; plural.
    public var unit: String
    public var bytesDone: Int
    public var bytesTotal: Int?
    /// What it is working on.
    public var item: String

    public init(done: Int = 0, total: Int? = nil, unit: String = "steps", bytesDone: Int = 0, bytesTotal: Int? = nil, item: String = "") {
        self.done = done
        self.total = total
        self.unit = unit
        self.bytesDone = bytesDone
        self.bytesTotal = bytesTotal
        self.item = item
    }
}

/// A line of a task's log.
public struct TaskLogLine: Hashable, Sendable {
    /// Unix seconds.
    public var time: Int64
    public var text: String

    public init(time: Int64, text: String) {
        self.time = time
        self.text = text
    }
}

/// Names with values, one a line, for a column of text: `name=value`, with `\n` and `\\` for what would break a line.
enum FactLines {
    static func text(_ facts: [String: String]) -> String {
        facts.sorted { $0.key < $1.key }.map { "\($0.key)=\(escaped($0.value))" }.joined(separator: "\n")
    }

    static func facts(_ text: String) -> [String: String] {
        var facts: [String: String] = [:]
        for line in text.parts(at: "\n") {
            guard let (name, value) = line.halves(at: "=") else { continue }
            facts[String(name)] = unescaped(value)
        }
        return facts
    }

    static func text(_ lines: [String]) -> String { lines.map(escaped).joined(separator: "\n") }
    static func lines(_ text: String) -> [String] { text.parts(at: "\n").map { unescaped($0) } }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func unescaped(_ text: Substring) -> String {
        var plain = String.UnicodeScalarView()
        var isEscape = false
        for scalar in text.unicodeScalars {
            if isEscape {
                plain.append(scalar == "n" ? "\n" : scalar)
                isEscape = false
            } else if scalar == "\\" {
                isEscape = true
            } else {
                plain.append(scalar)
            }
        }
        return String(plain)
    }
}
