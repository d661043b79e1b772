public import Logging
import MailCore
public import MailStore
public import StateStore
import Synchronization

/// What the tasks work on.
public struct HouseServices: Sendable {
    public let state: StateStore
    public let store: MailStore
    /// Another store was adopted: whoever has a mailbox open must come again, so the daemon begins anew.
    public let beginAnew: @Sendable () -> Void
    /// Has the folder for mail made on a drive that belongs to root, by the kernel's number of the drive; answers why not, a sentence.
    public let prepareDrive: @Sendable (_ major: UInt32, _ minor: UInt32) async -> String?
    /// What a new account gets beside its INBOX (F39).
    public let folders: @Sendable () -> [String]
    public let logger: Logger

    public init(
        state: StateStore, store: MailStore, folders: @escaping @Sendable () -> [String] = { [] },
        beginAnew: @escaping @Sendable () -> Void = {},
        prepareDrive: @escaping @Sendable (UInt32, UInt32) async -> String? = { _, _ in "Nobody is here who could make a folder there." },
        logger: Logger
    ) {
        self.state = state
        self.store = store
        self.folders = folders
        self.beginAnew = beginAnew
        self.prepareDrive = prepareDrive
        self.logger = logger
    }
}

/// What a step sees of its task, and what it says. The runner looks at it after each step.
public final class TaskContext: Sendable {
    public let id: Int64
    /// When it was asked for, Unix seconds: with its id a name that no other state store gives to a task.
    public let asked: Int64
    public let services: HouseServices
    public let clock: TaskClock
    private let kept: Mutex<Kept>

    struct Kept {
        var cursor: [String: String]
        var progress: TaskProgress
        var warnings: [String]
        var log: [String] = []
        var budget: Int
        var verbs = 0
        var isQuiet = false
        var hasLimit = false
    }

    init(_ record: TaskRecord, _ services: HouseServices, _ clock: TaskClock) {
        id = record.id
        asked = record.asked
        self.services = services
        self.clock = clock
        kept = Mutex(Kept(cursor: record.cursor, progress: record.progress, warnings: record.warnings, budget: Pace.largestStep))
    }

    public var state: StateStore { services.state }
    public var store: MailStore { services.store }

    /// Octets that this step may move.
    public internal(set) var budget: Int {
        get { kept.withLock { $0.budget } }
        set { kept.withLock { $0.budget = newValue } }
    }

    /// Nothing else wanted the machine during the last step.
    public internal(set) var isQuiet: Bool {
        get { kept.withLock { $0.isQuiet } }
        set { kept.withLock { $0.isQuiet = newValue } }
    }

    /// A step may do more than its budget, and use both processors, until something else wants the machine.
    var mayHurry: Bool { kept.withLock { $0.isQuiet && !$0.hasLimit } }

    /// An operator has set one.
    var hasLimit: Bool {
        get { kept.withLock { $0.hasLimit } }
        set { kept.withLock { $0.hasLimit = newValue } }
    }

    /// The task's own words for where its next step begins.
    public subscript(cursor name: String) -> String? {
        get { kept.withLock { $0.cursor[name] } }
        set { kept.withLock { $0.cursor[name] = newValue } }
    }

    public var progress: TaskProgress {
        get { kept.withLock { $0.progress } }
        set { kept.withLock { $0.progress = newValue } }
    }

    /// Something that somebody should look at; the first hundred are kept, all go to the log.
    public func warn(_ sentence: String) {
        kept.withLock {
            if $0.warnings.count < TaskRecord.mostWarnings { $0.warnings.append(sentence) }
            $0.log.append(sentence)
        }
    }

    /// The task gave the store so many verbs itself: they are no mail that it has to make way for.
    public func note(verbs: Int) { kept.withLock { $0.verbs += verbs } }

    func takeVerbs() -> Int {
        kept.withLock { kept in
            defer { kept.verbs = 0 }
            return kept.verbs
        }
    }

    /// A line for the task's log and the journal.
    public func log(_ line: String) { kept.withLock { $0.log.append(line) } }

    var warnings: [String] { kept.withLock { $0.warnings } }

    /// Something was said since the last time.
    var hasNews: Bool { kept.withLock { !$0.log.isEmpty } }

    /// What was said since the last time.
    func takeLog() -> [String] {
        kept.withLock { kept in
            defer { kept.log.removeAll() }
            return kept.log
        }
    }

    func save(to record: inout TaskRecord) {
        kept.withLock {
            record.cursor = $0.cursor
            record.progress = $0.progress
            record.warnings = $0.warnings
        }
    }
}
