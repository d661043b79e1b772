import CPageCache
@preconcurrency import Glibc

/// One open file of the mail drive. All calls that can meet a failing drive go through here and say what failed.
final class SystemFile: Sendable {
    let descriptor: Int32
    let name: String

    init(adopting descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// Opens `name` in the folder, which is held open too, so that nothing is ever written below an empty mount point.
    init(_ name: String, in folder: Folder, flags: Int32, mode: mode_t = 0o600) throws(StoreError) {
        let descriptor = openat(folder.descriptor, name, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw StoreError(errno: errno, "open", name) }
        self.descriptor = descriptor
        self.name = name
    }

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(StoreError) {
        var done = 0
        while done < bytes.count {
            let n = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset) + off_t(done))
            if n < 0 && errno == EINTR { continue }
            guard n > 0 else { throw StoreError(errno: n == 0 ? ENOSPC : errno, "write", name) }
            done += n
        }
    }

    /// Fills the buffer from `offset`; fewer octets than asked for is damage.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(StoreError) {
        var done = 0
        while done < buffer.count {
            let n = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset) + off_t(done))
            if n < 0 && errno == EINTR { continue }
            guard n >= 0 else { throw StoreError(errno: errno, "read", name) }
            guard n > 0 else { throw StoreError.damaged("\(name) ends at \(offset + Int64(done))") }
            done += n
        }
    }

    /// Fills the buffer from the page cache; false when not all of it is there, or when the file system cannot tell.
    func readAtHand(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Bool {
        page_cache_read(descriptor, buffer.baseAddress, buffer.count, offset) == buffer.count
    }

    /// The data and what is needed to read it back are on the drive when this returns.
    func syncData() throws(StoreError) {
        guard fdatasync(descriptor) == 0 else { throw StoreError(errno: errno, "sync", name) }
    }

    func sync() throws(StoreError) {
        guard fsync(descriptor) == 0 else { throw StoreError(errno: errno, "sync", name) }
    }

    /// The drive begins to write these octets, and memory lets go of what it has written; nothing is promised of them before a sync.
    func beginWriting(_ range: Range<Int64>) {
        // What is dirty is sent on its way by this, not dropped. posix_fadvise(2)
        posix_fadvise(descriptor, off_t(range.lowerBound), off_t(range.upperBound - range.lowerBound), POSIX_FADV_DONTNEED)
    }

    /// The drive begins to write these octets, and memory keeps them; nothing is promised of them before a sync.
    func startWriting(_ range: Range<Int64>) { page_cache_start_writing(descriptor, range.lowerBound, range.upperBound - range.lowerBound) }

    func truncate(to size: Int64) throws(StoreError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw StoreError(errno: errno, "truncate", name) }
    }

    var size: Int64 {
        get throws(StoreError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw StoreError(errno: errno, "stat", name) }
            return Int64(status.st_size)
        }
    }
}

/// A folder of the mail drive, held open.
final class Folder: Sendable {
    let descriptor: Int32
    let path: String

    /// Opens the folder; makes it (mode 0700) when `create` is set.
    init(_ path: String, create: Bool = false) throws(StoreError) {
        if create, mkdir(path, 0o700) != 0, errno != EEXIST { throw StoreError(errno: errno, "make", path) }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreError(errno: errno, "open", path) }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Names made, moved or removed in it are on the drive when this returns.
    func sync() throws(StoreError) {
        guard fsync(descriptor) == 0 else { throw StoreError(errno: errno, "sync", path) }
    }

    func remove(_ name: String) throws(StoreError) {
        guard unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else { throw StoreError(errno: errno, "remove", name) }
    }

    func rename(_ name: String, to folder: Folder, as newName: String) throws(StoreError) {
        guard renameat(descriptor, name, folder.descriptor, newName) == 0 else { throw StoreError(errno: errno, "rename", name) }
    }

    /// Names in it without `.` and `..`, in no order.
    func names() throws(StoreError) -> [String] {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { throw StoreError(errno: errno, "list", path) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// The file system that it lies on.
    var device: UInt64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? UInt64(status.st_dev) : 0
    }

    /// Whether there is such a name in it.
    func has(_ name: String) -> Bool { faccessat(descriptor, name, F_OK, 0) == 0 }

    /// Octets of a file in it; 0 when there is none.
    func size(of name: String) -> Int64 {
        var status = stat()
        return fstatat(descriptor, name, &status, 0) == 0 ? Int64(status.st_size) : 0
    }

    /// Whether the path still leads to this very folder: false when its drive was unmounted or another mounted over it.
    var isStillInPlace: Bool {
        var held = stat()
        var named = stat()
        return fstat(descriptor, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev && held.st_ino == named.st_ino
    }

    /// Free space for an ordinary user, and all of it, in octets.
    var space: (free: Int, total: Int)? {
        var status = statvfs()
        guard fstatvfs(descriptor, &status) == 0 else { return nil }
        let unit = Int(clamping: status.f_frsize)
        return (Int(clamping: status.f_bavail).multipliedClamped(unit), Int(clamping: status.f_blocks).multipliedClamped(unit))
    }
}

extension Int {
    fileprivate func multipliedClamped(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

extension StoreError {
    init(errno code: Int32, _ deed: String, _ name: String) {
        self = code == ENOSPC || code == EDQUOT ? .noSpace : .unavailable("\(deed) \(name): \(String(cString: strerror(code)))")
    }
}
