import GRDBSQLite

/// One prepared statement, held for the life of its connection.
///
/// On the hot path GRDB's own statements cost two to three times as much a row, so what runs a thousand times a second goes
/// through here. Parameters are numbered from 1, columns from 0, as SQLite does.
final class HeldStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer

    init(_ sql: StaticString, on connection: OpaquePointer) throws(StoreError) {
        var prepared: OpaquePointer?
        let code = sql.withUTF8Buffer { text in
            text.withMemoryRebound(to: CChar.self) {
                sqlite3_prepare_v3(connection, $0.baseAddress, Int32($0.count), UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
            }
        }
        guard code == SQLITE_OK, let prepared else { throw StoreError(sqlite: code, on: connection) }
        handle = prepared
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: parameters

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }
    func bind(_ index: Int32, _ value: Int) { sqlite3_bind_int64(handle, index, Int64(value)) }
    func bind(_ index: Int32, _ value: UID) { sqlite3_bind_int64(handle, index, Int64(value)) }
    func bind(_ index: Int32, _ value: MailboxID) { sqlite3_bind_int64(handle, index, value.number) }
    func bind(_ index: Int32, _ value: Flags) { sqlite3_bind_int64(handle, index, Int64(bitPattern: value.rawValue)) }

    func bind(_ index: Int32, _ value: String?) {
        guard var value else {
            sqlite3_bind_null(handle, index)
            return
        }
        value.withUTF8 { text in
            _ = text.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), HeldStatement.copied)
            }
        }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), HeldStatement.copied) }
    }

    // MARK: execution

    /// Runs a statement that gives no rows; answers how many rows it changed.
    @discardableResult
    func run() throws(StoreError) -> Int {
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw StoreError(sqlite: code, on: connection) }
        return Int(sqlite3_changes(connection))
    }

    /// Calls `body` for each row until it answers false. The statement is free for its next use afterwards.
    func forEachRow(_ body: (borrowing Row) throws -> Bool) throws {
        defer { sqlite3_reset(handle) }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: guard try body(Row(handle: handle)) else { return }
            case SQLITE_DONE: return
            case let code: throw StoreError(sqlite: code, on: connection)
            }
        }
    }

    /// Like ``forEachRow(_:)``, for a body that throws nothing.
    func each(_ body: (borrowing Row) -> Bool) throws(StoreError) {
        defer { sqlite3_reset(handle) }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: guard body(Row(handle: handle)) else { return }
            case SQLITE_DONE: return
            case let code: throw StoreError(sqlite: code, on: connection)
            }
        }
    }

    /// The first row's value, or `nil` when there is none.
    func first<T>(_ body: (borrowing Row) -> T) throws(StoreError) -> T? {
        defer { sqlite3_reset(handle) }
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return body(Row(handle: handle))
        case SQLITE_DONE: return nil
        case let code: throw StoreError(sqlite: code, on: connection)
        }
    }

    /// All rows' values.
    func all<T>(_ body: (borrowing Row) -> T) throws(StoreError) -> [T] {
        defer { sqlite3_reset(handle) }
        var values: [T] = []
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: values.append(body(Row(handle: handle)))
            case SQLITE_DONE: return values
            case let code: throw StoreError(sqlite: code, on: connection)
            }
        }
    }

    /// The row that a statement stands on.
    struct Row: ~Copyable {
        fileprivate let handle: OpaquePointer

        func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
        func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }
        func uid(_ column: Int32) -> UID { UID(truncatingIfNeeded: sqlite3_column_int64(handle, column)) }
        func flags(_ column: Int32) -> Flags { Flags(rawValue: UInt64(bitPattern: sqlite3_column_int64(handle, column))) }
        func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
        func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

        /// Valid until the statement moves on.
        func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
            let start = sqlite3_column_blob(handle, column)
            return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
        }
    }

    /// SQLITE_TRANSIENT: SQLite takes a copy before the call returns.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

extension StoreError {
    /// SQLite's word for what went wrong. A full drive is its own case, because everybody treats it in its own way; one that cannot be
    /// read is no damage.
    init(sqlite code: Int32, on connection: OpaquePointer) {
        let text = String(cString: sqlite3_errmsg(connection))
        let refusal = DriveRefusal.take(connection)
        switch code & 0xFF {
        case SQLITE_FULL: self = .noSpace
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            if let refusal { self.init(errno: refusal, "read", "index.sqlite") } else { self = .damagedIndex(text) }
        default: self = .unavailable("index: \(text) (SQLite \(code))")
        }
    }
}
