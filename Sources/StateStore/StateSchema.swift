import GRDB
import MailCore

/// The tables, as the list of steps that led to them. A new kind of record adds a step at the end; a step that was released never changes.
enum StateSchema {
    /// Throws when the database was written by a newer program.
    static func migrate(_ database: DatabaseQueue) throws {
        let migrator = migrator
        guard try !database.read(migrator.hasBeenSuperseded) else {
            throw StateError.unavailable("it was written by a newer version of Postern; install that version again")
        }
        try migrator.migrate(database)
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("domains, accounts, aliases", migrate: makePeople)
        migrator.registerMigration("secrets", migrate: makeSecrets)
        migrator.registerMigration("certificates", migrate: makeCertificates)
        migrator.registerMigration("routes", migrate: makeRoutes)
        migrator.registerMigration("tasks", migrate: TaskSchema.make)
        migrator.registerMigration("mail home", migrate: TaskSchema.makeMailHome)
        migrator.registerMigration("store of the old copy", migrate: TaskSchema.nameOldStore)
        return migrator
    }

    /// `number` only keeps the order of making; an account is known by its UUID everywhere. Local parts are in lower case.
    private static func makePeople(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE domain (
                    number INTEGER PRIMARY KEY,
                    name TEXT NOT NULL UNIQUE,
                    created INTEGER NOT NULL
                ) STRICT;

                CREATE TABLE account (
                    number INTEGER PRIMARY KEY,
                    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
                    local_part TEXT NOT NULL,
                    domain TEXT NOT NULL REFERENCES domain (name),
                    display_name TEXT NOT NULL,
                    verifier TEXT NOT NULL,
                    quota INTEGER,
                    enabled INTEGER NOT NULL,
                    created INTEGER NOT NULL,
                    UNIQUE (domain, local_part)
                ) STRICT;

                CREATE TABLE alias (
                    number INTEGER PRIMARY KEY,
                    local_part TEXT NOT NULL,
                    domain TEXT NOT NULL REFERENCES domain (name),
                    created INTEGER NOT NULL,
                    UNIQUE (domain, local_part)
                ) STRICT;

                CREATE TABLE alias_target (
                    domain TEXT NOT NULL,
                    local_part TEXT NOT NULL,
                    position INTEGER NOT NULL,
                    target TEXT NOT NULL,
                    PRIMARY KEY (domain, local_part, position),
                    FOREIGN KEY (domain, local_part) REFERENCES alias (domain, local_part) ON DELETE CASCADE
                ) STRICT, WITHOUT ROWID;
                """)
    }

    /// Random keys of this installation, which no operator sets; in base 64.
    private static func makeSecrets(_ db: Database) throws {
        try db.execute(sql: "CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")
        let key = String(decoding: Base64.encode(Crypto.random(Crypto.digestLength)), as: UTF8.self)
        try db.execute(sql: "INSERT INTO secret (name, value) VALUES (?, ?)", arguments: [UnknownNames.secret, key])
    }

    /// `chain` and `private_key` are PEM texts, or paths where the source is `linked`.
    private static func makeCertificates(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE certificate (
                    name TEXT NOT NULL PRIMARY KEY,
                    source TEXT NOT NULL,
                    changed INTEGER NOT NULL
                ) STRICT;

                CREATE TABLE certificate_pair (
                    name TEXT NOT NULL REFERENCES certificate (name) ON DELETE CASCADE,
                    position INTEGER NOT NULL,
                    chain TEXT NOT NULL,
                    private_key TEXT NOT NULL,
                    PRIMARY KEY (name, position)
                ) STRICT;
                """)
    }

    /// host: `NULL` for the domain's own mail exchangers.
    private static func makeRoutes(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE route (
                    number INTEGER PRIMARY KEY,
                    domain TEXT NOT NULL UNIQUE,
                    host TEXT,
                    port INTEGER NOT NULL
                ) STRICT;
                """)
    }
}
