import GRDB

/// The tables of long work.
enum TaskSchema {
    /// `AUTOINCREMENT`: an id that somebody has noted never means another task.
    static func make(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE task (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    name TEXT NOT NULL,
                    state TEXT NOT NULL,
                    parameters TEXT NOT NULL,
                    started_by TEXT NOT NULL,
                    asked INTEGER NOT NULL,
                    started INTEGER,
                    ended INTEGER,
                    done INTEGER NOT NULL DEFAULT 0,
                    total INTEGER,
                    unit TEXT NOT NULL DEFAULT 'steps',
                    bytes_done INTEGER NOT NULL DEFAULT 0,
                    bytes_total INTEGER,
                    item TEXT NOT NULL DEFAULT '',
                    rate_limit INTEGER,
                    tries INTEGER NOT NULL DEFAULT 0,
                    due INTEGER,
                    trouble TEXT,
                    warnings TEXT NOT NULL DEFAULT '',
                    result TEXT,
                    cursor TEXT NOT NULL DEFAULT ''
                ) STRICT;

                CREATE TABLE task_log (
                    task INTEGER NOT NULL REFERENCES task (id) ON DELETE CASCADE,
                    number INTEGER NOT NULL,
                    time INTEGER NOT NULL,
                    text TEXT NOT NULL,
                    PRIMARY KEY (task, number)
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE task_schedule (
                    name TEXT PRIMARY KEY,
                    next INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                """)
    }

    /// One row: where the mail is, and the highest generation that was ever given to a copy of it.
    static func makeMailHome(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE mail_home (
                    one INTEGER PRIMARY KEY CHECK (one = 1),
                    path TEXT NOT NULL,
                    store TEXT NOT NULL,
                    generation INTEGER NOT NULL,
                    highest INTEGER NOT NULL,
                    old_path TEXT,
                    old_generation INTEGER,
                    moved INTEGER
                ) STRICT;
                """)
    }

    /// Another one than the mail's own after an adoption; missing where a move of an earlier version has left its copy.
    static func nameOldStore(_ db: Database) throws {
        try db.execute(sql: "ALTER TABLE mail_home ADD COLUMN old_store TEXT")
    }
}
