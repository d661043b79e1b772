internal import Glibc

/// The daemon's side of the folder into which local programs drop letters.
public struct DropFolder: Sendable {
    public let path: String

    /// Seconds after which a letter that nobody finished is taken away.
    private static let orphanAge = 86_400

    public init(_ path: String) { self.path = path }

    /// Makes the folder where we may; whether it is there.
    public func make() -> Bool {
        if mkdir(path, 0o700) == 0 { chmod(path, 0o3733) }
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Names of whole letters, the oldest first; at most `limit` of them. Orphans are taken away on the way.
    public func letters(limit: Int) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        let now = time(nil)
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name.hasPrefix("mail-") { found.append(name) } else if name.hasPrefix("new-") { removeOrphan(name, now) }
        }
        return Array(found.sorted().prefix(limit))
    }

    private func removeOrphan(_ name: String, _ now: Int) {
        var status = stat()
        if lstat("\(path)/\(name)", &status) == 0, now - status.st_mtim.tv_sec > Self.orphanAge { remove(name) }
    }

    public func remove(_ name: String) {
        if unlink("\(path)/\(name)") != 0, errno == EISDIR { rmdir("\(path)/\(name)") }
    }

    /// A letter that is open for reading.
    public final class Letter: Sendable {
        /// Octets of the file.
        public let size: Int
        /// Who wrote it, by the kernel's word.
        public let user: UInt32
        /// Unix seconds.
        public let written: Int64
        private let descriptor: Int32

        fileprivate init(_ descriptor: Int32, _ status: stat) {
            self.descriptor = descriptor
            size = Int(clamping: status.st_size)
            user = status.st_uid
            written = Int64(status.st_mtim.tv_sec)
        }

        deinit { close(descriptor) }

        /// Up to `count` octets from `offset` on; fewer only at the end. `nil` when the disk does not give them.
        public func bytes(from offset: Int, count: Int) -> [UInt8]? {
            var failed = false
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
                while done < count {
                    let got = pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(offset + done))
                    if got < 0 && errno == EINTR { continue }
                    failed = got < 0
                    guard got > 0 else { break }
                    done += got
                }
            }
            return failed ? nil : bytes
        }
    }

    /// What came of opening a letter.
    public enum Opening {
        case letter(Letter)
        case gone
        /// No file of its own: a link to somebody else's, a pipe, a folder.
        case foul
        /// We may not read it, or the disk does not work: the system's words.
        case failed(String)
    }

    public func open(_ name: String) -> Opening {
        let descriptor = Glibc.open("\(path)/\(name)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            return errno == ENOENT ? .gone : [ELOOP, ENXIO, EACCES].contains(errno) ? .foul : .failed(String(cString: strerror(errno)))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
            close(descriptor)
            return .foul
        }
        return .letter(Letter(descriptor, status))
    }
}
