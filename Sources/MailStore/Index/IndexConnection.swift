import GRDBSQLite
@preconcurrency import Glibc

/// One connection to the index, with the statements held on it. (GRDB brings the schema up to date before; its hooks on every
/// commit would cost more here than the commit's own work.)
///
/// A connection belongs to one thread (the writer's or a reader's), which is what makes its use without locks right.
final class IndexConnection: @unchecked Sendable {
    let handle: OpaquePointer
    private var held: [UnsafeRawPointer: HeldStatement] = [:]
    private var isOpen = true

    enum Role { case writer, reader }

    init(path: String, _ role: Role) throws(StoreError) {
        var opened: OpaquePointer?
        let access = role == .writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let code = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX, nil)
        guard let opened else { throw .unavailable("index: out of memory") }
        guard code == SQLITE_OK else {
            defer { sqlite3_close(opened) }
            throw StoreError(sqlite: code, on: opened)
        }
        handle = opened
        sqlite3_busy_timeout(handle, 5000)
        sqlite3_extended_result_codes(handle, 1)
        // Checkpoints belong to the writer alone: SQLite 3.40.1 can corrupt a log whose reset races another's commit.
        try configure("PRAGMA wal_autocheckpoint=0")
        try configure(role == .writer ? "PRAGMA cache_size=-16384" : "PRAGMA cache_size=-8192")
        try configure("PRAGMA temp_store=MEMORY")
        guard role == .writer else { return }
        try configure("PRAGMA journal_mode=WAL")
        try configure("PRAGMA journal_size_limit=67108864")
        try configure("PRAGMA synchronous=FULL")
        let synchronous = try statement("PRAGMA synchronous").first { $0.int(0) }
        precondition(synchronous == 2, "the index is written with synchronous=FULL, or 250 would be a lie")
    }

    deinit { close() }

    private func configure(_ pragma: String) throws(StoreError) {
        let code = sqlite3_exec(handle, pragma, nil, nil, nil)
        guard code == SQLITE_OK else { throw StoreError(sqlite: code, on: handle) }
    }

    /// The statement of this text, prepared at its first use. The key is the literal's address, which never changes.
    func statement(_ sql: StaticString) throws(StoreError) -> HeldStatement {
        let key = UnsafeRawPointer(sql.utf8Start)
        if let statement = held[key] { return statement }
        let statement = try HeldStatement(sql, on: handle)
        held[key] = statement
        return statement
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Copies what the log holds into the database file, as far as no reader stands in the way; answers the frames in the log
    /// and how many of them are copied.
    func checkpoint() throws(StoreError) -> (frames: Int, copied: Int) {
        var frames: Int32 = 0
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, &frames, &copied)
        guard code == SQLITE_OK || code == SQLITE_BUSY else { throw StoreError(sqlite: code, on: handle) }
        return (Int(frames), Int(copied))
    }

    /// Copies all of the log into the database file and answers whether that could be done: a reader may be at an older state, for as
    /// long as a read takes. Nothing may be written meanwhile.
    func settles() throws(StoreError) -> Bool {
        for _ in 0..<Self.mostLooks {
            let log = try checkpoint()
            if log.frames == log.copied { return true }
            usleep(1000)
        }
        return false
    }

    /// What a pause for readers may take: 20 ms.
    private static let mostLooks = 20

    /// Throws `.unavailable` when the drive has refused to be read: what was found of the index is no finding then.
    func throwIfRefused() throws(StoreError) {
        if let number = DriveRefusal.take(handle) { throw StoreError(errno: number, "read", "index.sqlite") }
    }

    /// Fills the buffer from the database file by SQLite's own handle: to open and close the file beside it would end SQLite's locks.
    func readFile(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(StoreError) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let read = file.pointee.pMethods?.pointee.xRead
        else { throw .unavailable("index: its file cannot be had") }
        let code = read(file, buffer.baseAddress, Int32(clamping: buffer.count), offset)
        guard code == SQLITE_OK else { throw .unavailable("read index.sqlite: SQLite \(code)") }
    }

    /// Nothing is used of it afterwards.
    func close() {
        guard isOpen else { return }
        isOpen = false
        held.removeAll()
        sqlite3_close_v2(handle)
    }
}
