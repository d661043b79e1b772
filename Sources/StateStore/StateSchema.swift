import GRDB

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
        migrator.registerMigration("tasks", migrate: TaskSchema.make)
        migrator.registerMigration("mail home", migrate: TaskSchema.makeMailHome)
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
}
