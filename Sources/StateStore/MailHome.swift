import GRDB
public import MailCore

/// Where the mail is: the pointer that a start goes by. It must match what lies there (`identity`), so that neither an empty mount
/// point nor an old copy is ever taken for the live store.
public struct MailHome: Hashable, Sendable {
    /// The folder that holds `postern-mail`.
    public var path: String
    public var store: AccountID
    /// Each move makes the next one.
    public var generation: Int
    /// What the last move or adoption left behind, until it is discarded.
    public var old: OldCopy?
    /// What was left behind is no copy of the mail in use: another store, or a backup, was taken in its place.
    public var oldIsOtherMail: Bool { old.map { $0.store != store } ?? false }

    public struct OldCopy: Hashable, Sendable {
        public var path: String
        public var store: AccountID
        public var generation: Int
        /// Unix seconds: when the mail moved away from there.
        public var moved: Int64

        public init(path: String, store: AccountID, generation: Int, moved: Int64) {
            self.path = path
            self.store = store
            self.generation = generation
            self.moved = moved
        }
    }

    public init(path: String, store: AccountID, generation: Int, old: OldCopy? = nil) {
        self.path = path
        self.store = store
        self.generation = generation
        self.old = old
    }
}

/// These wait for the database; they are called at a start, and by the mail store's own thread in the moment of a move.
extension StateStore {
    /// `nil` on a new installation.
    public func mailHome() throws(StateError) -> MailHome? {
        try recordNow { db in
            try Row.fetchOne(db, sql: "SELECT * FROM mail_home").map { row in
                guard let store = AccountID(row["store"] as String) else { throw StateError.unavailable("the mail's home has no name") }
                var home = MailHome(path: row["path"], store: store, generation: row["generation"])
                if let path = row["old_path"] as String?, let generation = row["old_generation"] as Int? {
                    let other = (row["old_store"] as String?).flatMap { AccountID($0) }
                    home.old = MailHome.OldCopy(path: path, store: other ?? store, generation: generation, moved: row["moved"] ?? 0)
                }
                return home
            }
        }
    }

    /// The commit point of a move, durable when it returns.
    public func setMailHome(_ home: MailHome) throws(StateError) {
        try recordNow { db in
            try db.execute(
                sql: """
                    INSERT INTO mail_home (one, path, store, generation, highest, old_path, old_store, old_generation, moved) \
                    VALUES (1, ?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (one) DO UPDATE SET path = ?1, store = ?2, generation = ?3, \
                    highest = max(highest, ?3), old_path = ?4, old_store = ?5, old_generation = ?6, moved = ?7
                    """,
                arguments: [
                    home.path, home.store.description, home.generation, home.old?.path, home.old?.store.description,
                    home.old?.generation, home.old?.moved,
                ])
        }
    }

    /// A generation that no copy ever had, not even one of a move that failed in its last moment.
    public func takeGeneration(atLeast least: Int) throws(StateError) -> Int {
        try recordNow { db in
            let highest = try Int.fetchOne(db, sql: "SELECT highest FROM mail_home") ?? 0
            let taken = max(highest, least - 1) + 1
            try db.execute(sql: "UPDATE mail_home SET highest = ?", arguments: [taken])
            return taken
        }
    }
}
