import GRDBSQLite
@preconcurrency import Glibc

/// What a drive has answered to SQLite in place of octets.
///
/// SQLite 3.40 says that a database is corrupt when a read of it ended with EIO or ENXIO, and an integrity check lists such pages among
/// its findings. Both would call mail damaged whose drive is only away. The file itself remembers the errno.
enum DriveRefusal {
    /// The errno with which the drive has refused to be read or written last, for the database or its log; `nil` when it has not since
    /// this was asked last.
    static func take(_ connection: OpaquePointer) -> Int32? {
        let found = [SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER].compactMap { which -> Int32? in
            var file: UnsafeMutablePointer<sqlite3_file>?
            guard sqlite3_file_control(connection, "main", which, &file) == SQLITE_OK, let file,
                let methods = file.pointee.pMethods?.pointee, let control = methods.xFileControl, let read = methods.xRead
            else { return nil }
            var number: Int32 = 0
            guard control(file, SQLITE_FCNTL_LAST_ERRNO, &number) == SQLITE_OK, refusals.contains(number) else { return nil }
            // A read that succeeds would leave the errno there for ever. One behind the end of a file that can be read takes it away.
            var octet: UInt8 = 0
            _ = read(file, &octet, 1, behindEveryEnd)
            return number
        }
        return found.first
    }

    private static let refusals: Set<Int32> = [EIO, ENXIO]
    private static let behindEveryEnd: Int64 = 1 << 62
}
