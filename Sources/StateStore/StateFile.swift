import GRDB
import Glibc

/// How `state.sqlite` is opened.
enum StateFile {
    /// Others of the machine must not read the verifiers. A file that exists keeps its mode.
    static func makePrivate(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StateError.unavailable("\(path): \(String(cString: strerror(errno)))") }
        close(descriptor)
    }

    static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "state"
        // A person may look into the file with sqlite3; his reads hold a commit up for a moment, never for good.
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = TRUNCATE")
            try db.execute(sql: "PRAGMA synchronous = FULL")
            // A private key that was removed is overwritten.
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        return configuration
    }

    /// Libraries have changed such pragmas on their own before: ask the database what is in force.
    static func assertDurable(_ db: Database) throws {
        let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        guard journal == "truncate", synchronous == 2 else {
            throw StateError.unavailable("journal_mode is \(journal ?? "unknown"), synchronous is \(synchronous ?? -1)")
        }
    }
}
