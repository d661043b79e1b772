/// `drives`
public struct DrivesList: AdminOperation {
    public static let spec = OperationSpec("drives", .get, "/api/drives", "Shows the drives that could hold mail, and why others cannot.")
    public enum CodingKeys: CodingKey, CaseIterable {}

    public struct Answer: Codable, Sendable {
        public var drives: [DriveFacts]
        public init(drives: [DriveFacts]) { self.drives = drives }
    }

    public init() {}
}

/// `storage status`
public struct StorageStatus: AdminOperation {
    public static let spec = OperationSpec(
        "storage status", .get, "/api/storage", "Shows where the mail is, and what its last move left behind.")
    public enum CodingKeys: CodingKey, CaseIterable {}
    public typealias Answer = StorageFacts

    public init() {}
}

/// `storage move`
public struct StorageMove: AdminOperation {
    public static let spec = OperationSpec(
        "storage move", .post, "/api/storage/move", "Moves the mail to another drive while mail flows; answers the task that does it.")
    public enum CodingKeys: CodingKey, CaseIterable { case path, limit, dryRun, adopt, sameDrive }
    public typealias Answer = StorageMoveFacts

    /// A folder on the new drive, absolute.
    public var path: String
    /// `20MiB` a second.
    public var limit: String?
    /// Only look and tell.
    public var dryRun: Bool?
    /// Use the mail that lies there already, in place of what is used now (F37).
    public var adopt: Bool?
    /// The folder is on the same drive, and that is meant.
    public var sameDrive: Bool?

    public var subject: String { path }

    public init(path: String, limit: String? = nil, dryRun: Bool? = nil, adopt: Bool? = nil, sameDrive: Bool? = nil) {
        self.path = path
        self.limit = limit
        self.dryRun = dryRun
        self.adopt = adopt
        self.sameDrive = sameDrive
    }
}

/// `storage undo`
public struct StorageUndo: AdminOperation {
    public static let spec = OperationSpec(
        "storage undo", .post, "/api/storage/undo",
        "Moves the mail back to where it was, with what has come since; after an adoption or a restore, uses what was used before.")
    public enum CodingKeys: CodingKey, CaseIterable { case limit }
    public typealias Answer = TaskFacts

    /// `20MiB` a second.
    public var limit: String?

    public init(limit: String? = nil) { self.limit = limit }
}

/// `storage discard-old`
public struct StorageDiscardOld: AdminOperation {
    public static let spec = OperationSpec(
        "storage discard-old", .delete, "/api/storage/old", "Removes the copy that the last move left behind, for ever.")
    public enum CodingKeys: CodingKey, CaseIterable { case otherMail }

    public struct Answer: Codable, Sendable {
        public var path: String
        public init(path: String) { self.path = path }
    }

    /// Also mail of its own, which an adoption or a restore has left there and which is nowhere else.
    public var otherMail: Bool?

    public init(otherMail: Bool? = nil) { self.otherMail = otherMail }
}

/// A mounted file system.
public struct DriveFacts: Codable, Sendable, Equatable {
    public var path: String
    public var device: String
    public var type: String
    public var totalSpace: Int
    public var freeSpace: Int
    public var freeFiles: Int?
    public var readOnly: Bool
    /// Why it cannot hold mail; missing when it can.
    public var unsuitable: String?
    /// The mail in use is on it.
    public var inUse: Bool
    /// A store that lies there: whose, how much, since when, a sentence.
    public var store: String?

    public init(
        path: String, device: String, type: String, totalSpace: Int, freeSpace: Int, freeFiles: Int?, readOnly: Bool, unsuitable: String?,
        inUse: Bool, store: String?
    ) {
        self.path = path
        self.device = device
        self.type = type
        self.totalSpace = totalSpace
        self.freeSpace = freeSpace
        self.freeFiles = freeFiles
        self.readOnly = readOnly
        self.unsuitable = unsuitable
        self.inUse = inUse
        self.store = store
    }
}

/// Where the mail is.
public struct StorageFacts: Codable, Sendable, Equatable {
    public struct Old: Codable, Sendable, Equatable {
        public var path: String
        /// RFC 3339, in UTC: when the mail moved away from there.
        public var moved: String
        /// It is no copy of the mail in use, but mail in whose place another store or a backup was taken.
        public var otherMail: Bool

        public init(path: String, moved: String, otherMail: Bool) {
            self.path = path
            self.moved = moved
            self.otherMail = otherMail
        }
    }

    /// The folder that holds `postern-mail`.
    public var path: String
    /// `ready`, `space-low`, `unavailable` or `closed`.
    public var state: String
    /// Why no mail is accepted, a sentence; missing when it is.
    public var trouble: String?
    public var store: String?
    public var generation: Int?
    /// Bytes on its drive; 0, like its size, while it is away.
    public var freeSpace: Int
    public var totalSpace: Int
    public var old: Old?
    /// A move that is not over.
    public var moving: TaskFacts?

    public init(
        path: String, state: String, trouble: String?, store: String?, generation: Int?, freeSpace: Int, totalSpace: Int, old: Old?,
        moving: TaskFacts?
    ) {
        self.path = path
        self.state = state
        self.trouble = trouble
        self.store = store
        self.generation = generation
        self.freeSpace = freeSpace
        self.totalSpace = totalSpace
        self.old = old
        self.moving = moving
    }
}

/// What a move would do, or the task that does it.
public struct StorageMoveFacts: Codable, Sendable, Equatable {
    /// Missing after a dry run.
    public var task: TaskFacts?
    public var neededSpace: Int
    public var freeSpace: Int
    public var packs: Int
    /// What an earlier copy there has proven already.
    public var thereAlready: Int
    /// Seconds, by what the drive's probe says.
    public var estimate: Int?
    /// Why it cannot be.
    public var problems: [String]
    /// What lies there and what it means, when a store does.
    public var existing: String?

    public init(
        task: TaskFacts?, neededSpace: Int, freeSpace: Int, packs: Int, thereAlready: Int, estimate: Int?, problems: [String],
        existing: String?
    ) {
        self.task = task
        self.neededSpace = neededSpace
        self.freeSpace = freeSpace
        self.packs = packs
        self.thereAlready = thereAlready
        self.estimate = estimate
        self.problems = problems
        self.existing = existing
    }
}
