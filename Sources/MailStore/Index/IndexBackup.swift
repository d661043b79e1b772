import GRDBSQLite
@preconcurrency import Glibc

/// A copy of the index in the making, a few pages at a time, on the writer's own connection: what is committed meanwhile goes into
/// the copy too, so that it never has to begin again.
final class IndexBackup: @unchecked Sendable {
    // Made, used and finished on the writer's thread only: the connection that it hangs on has no lock.

    private let source: IndexConnection
    private let target: OpaquePointer
    private var backup: OpaquePointer?

    static let pageSize = 4096

    private static let setUp = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32768"

    /// The file is made anew. It is no database before ``step(pages:)`` has answered true; nothing of it is synced. Its cache is large
    /// enough for the pages that every commit changes: without that each of them would be read and written again for each commit.
    init(of index: IndexConnection, to path: String) throws(StoreError) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
        guard let opened else { throw .unavailable("index copy: out of memory") }
        guard code == SQLITE_OK, sqlite3_exec(opened, Self.setUp, nil, nil, nil) == SQLITE_OK,
            let backup = sqlite3_backup_init(opened, "main", index.handle, "main")
        else {
            defer { sqlite3_close(opened) }
            throw StoreError(sqlite: sqlite3_errcode(opened), on: opened)
        }
        source = index
        target = opened
        self.backup = backup
    }

    /// Copies up to this many pages, all with -1; answers whether the copy is whole.
    func step(pages: Int32) throws(StoreError) -> Bool {
        guard let backup else { return true }
        switch sqlite3_backup_step(backup, pages) {
        case SQLITE_OK: return false
        case SQLITE_DONE:
            finish()
            return true
        case let code where code & 0xFF == SQLITE_FULL: throw .noSpace
        case let code: throw .unavailable("the index's copy cannot be written (SQLite \(code))")
        }
    }

    /// Pages that are still to copy, and all; known after the first step.
    var pages: (left: Int, all: Int) {
        guard let backup else { return (0, 0) }
        return (Int(sqlite3_backup_remaining(backup)), Int(sqlite3_backup_pagecount(backup)))
    }

    /// All that was copied so far is in the file when this returns; nothing of it is synced.
    func flush() throws(StoreError) {
        guard backup != nil else { return }
        switch sqlite3_db_cacheflush(target) {
        case SQLITE_OK, SQLITE_BUSY: return
        case let code where code & 0xFF == SQLITE_FULL: throw .noSpace
        case let code: throw .unavailable("the index's copy cannot be written (SQLite \(code))")
        }
    }

    /// Whether these pages of the copy are the index's own, page for page; `nil` when readers kept the log from being copied into the
    /// index, whose file is what is compared. The first page is left out: it counts the changes of its own file.
    func isSame(pages: Range<Int>, in copy: SystemFile) throws(StoreError) -> Bool? {
        try flush()
        guard try source.settles() else { return nil }
        let first = max(1, pages.lowerBound)
        guard first < pages.upperBound else { return true }
        let bytes = (pages.upperBound - first) * Self.pageSize
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * bytes, alignment: 4096)
        defer { buffer.deallocate() }
        let mine = UnsafeMutableRawBufferPointer(rebasing: buffer[..<bytes])
        let theirs = UnsafeMutableRawBufferPointer(rebasing: buffer[bytes...])
        try source.readFile(into: mine, at: Int64(first * Self.pageSize))
        try copy.read(into: theirs, at: Int64(first * Self.pageSize))
        return memcmp(mine.baseAddress!, theirs.baseAddress!, bytes) == 0
    }

    /// Lets go of both files. Must be called.
    func finish() {
        guard let backup else { return }
        sqlite3_backup_finish(backup)
        self.backup = nil
        sqlite3_close_v2(target)
    }
}
