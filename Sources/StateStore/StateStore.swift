import GRDB
public import Logging
import MailCore
import Synchronization

/// Domains, accounts, aliases and certificates: the one door to `state.sqlite` on the system drive.
///
/// There is one connection. It uses a rollback journal that is truncated and synced at each commit: with `synchronous=FULL` a change
/// is on the drive when its verb returns, the database is always one file, and the WAL of SQLite 3.40, which a checkpoint can damage
/// while another connection commits, is not in use. Changes are rare here; the few milliseconds of a commit do not matter.
///
/// Every change is a verb (`Verbs/`) and runs through `change`: what it asks is checked against the directory that is in force, its
/// rows are written and the next picture is read in one transaction, and the picture is replaced after the commit.
public final class StateStore: Sendable {
    /// What is kept in memory of the last commit.
    private struct Picture {
        let directory: Directory
        let certificates: StoredCertificates

        init(readFrom db: Database) throws {
            directory = try Directory(readFrom: db)
            certificates = try StoredCertificates(readFrom: db)
        }
    }

    private let database: DatabaseQueue
    private let current: Mutex<Picture>
    private let logger: Logger
    let workers: PasswordWorkers
    let unknownNames: UnknownNames

    /// Opens the database, makes or migrates it. Throws a `StateError` when the file is not ours, is newer than this program or cannot be used.
    public init(path: String, logger: Logger) throws {
        self.logger = logger
        do {
            try StateFile.makePrivate(path)
            database = try DatabaseQueue(path: path, configuration: StateFile.configuration)
            try database.inDatabase(StateFile.assertDurable)
            try StateSchema.migrate(database)
            current = Mutex(try database.read(Picture.init(readFrom:)))
            unknownNames = try database.read(UnknownNames.init(readFrom:))
        } catch let error as StateError {
            throw error
        } catch {
            throw StateError.unavailable("\(path): \(error)")
        }
        workers = PasswordWorkers()
    }

    /// The picture that is in force. Replaced as a whole after every change.
    public var directory: Directory { current.withLock { $0.directory } }

    /// The named certificates that are in force, likewise.
    public var certificates: StoredCertificates { current.withLock { $0.certificates } }

    /// Waits for the change that is being made; every later one throws `.unavailable`. The directory stays readable.
    public func close() {
        workers.stop()
        do {
            try database.close()
        } catch {
            logger.error(
                "The state database could not be closed: \(error)", metadata: ["event": "\(JournalEvent.worldFailed.rawValue)"])
        }
    }

    /// The one way to change anything. The body runs on the database's own thread, one at a time, inside a transaction that its error undoes.
    func change<T: Sendable>(
        _ body: @escaping @Sendable (Database, Directory) throws -> T
    ) async throws(StateError) -> T {
        let outcome: Result<T, any Error> = await withCheckedContinuation { done in
            database.asyncWriteWithoutTransaction { [self] db in done.resume(returning: Result { try commit(body, in: db) }) }
        }
        return try told(outcome)
    }

    /// Reads or writes what is no part of the directory, in a transaction of its own.
    func record<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(StateError) -> T {
        let outcome: Result<T, any Error> = await withCheckedContinuation { done in
            database.asyncWriteWithoutTransaction { db in done.resume(returning: Result { try Self.inTransaction(db, body) }) }
        }
        return try told(outcome)
    }

    /// The same for a thread that may wait.
    func recordNow<T>(_ body: (Database) throws -> T) throws(StateError) -> T {
        try told(Result { try database.writeWithoutTransaction { try Self.inTransaction($0, body) } })
    }

    private static func inTransaction<T>(_ db: Database, _ body: (Database) throws -> T) throws -> T {
        var value: T?
        try db.inTransaction(.immediate) {
            value = try body(db)
            return .commit
        }
        guard let value else { preconditionFailure("a transaction that did not throw has run its body") }
        return value
    }

    private func told<T>(_ outcome: Result<T, any Error>) throws(StateError) -> T {
        switch outcome {
        case .success(let value): return value
        case .failure(let error as StateError): throw error
        case .failure(let error):
            logger.error(
                "The state database refused a change: \(error)", metadata: ["event": "\(JournalEvent.worldFailed.rawValue)"])
            throw .unavailable("\(error)")
        }
    }

    private func commit<T>(_ body: (Database, Directory) throws -> T, in db: Database) throws -> T {
        var result: (T, Picture)?
        try db.inTransaction(.immediate) {
            let value = try body(db, directory)
            result = (value, try Picture(readFrom: db))
            return .commit
        }
        guard let (value, next) = result else { preconditionFailure("a transaction that did not throw has run its body") }
        current.withLock { $0 = next }
        return value
    }
}
