internal import Glibc
internal import MailCore

/// Reading a small text file whole, and replacing it so that a crash leaves either the old or the new one.
enum FileAccess {
    /// Why it did not work, for a person.
    struct Failure: Error {
        var reason: String
        var isMissing = false

        init(_ reason: String) { self.reason = reason }

        /// The reason that the last system call left.
        init(code: Int32 = errno) {
            reason = String(cString: strerror(code))
            isMissing = code == ENOENT
        }
    }

    /// Settings files are pages, not books; more is somebody's mistake.
    static let largest = 1 << 20

    static func read(_ path: String) throws(Failure) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw Failure() }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0 else { throw Failure() }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw Failure("it is not a file") }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure()
            }
            bytes += chunk[..<count]
            guard bytes.count <= largest else { throw Failure("it is larger than 1MiB") }
        }
    }

    /// The names in a folder that end in `suffix`, sorted; none when there is no such folder.
    static func names(in folder: String, suffix: String) throws(Failure) -> [String] {
        guard let directory = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw Failure()
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = Glibc.readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name.hasSuffix(suffix), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Writes a new file beside the old one, makes it durable and puts it in the old one's place, with its mode and, where that
    /// is permitted, its owner. A link stays a link: what it points to is replaced.
    static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
        var target = path
        if let real = realpath(path, nil) {
            target = String(cString: real)
            free(real)
        }
        let folder = target.parentFolder
        let temporary = "\(target).new"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard file >= 0 else { throw Failure() }
        do throws(Failure) {
            defer { close(file) }
            var old = stat()
            if stat(target, &old) == 0 {
                if fchown(file, old.st_uid, old.st_gid) != 0 { _ = fchown(file, uid_t.max, old.st_gid) }
                guard fchmod(file, old.st_mode & 0o7777) == 0 else { throw Failure() }
            }
            try write(bytes, to: file)
            guard fsync(file) == 0 else { throw Failure() }
            guard rename(temporary, target) == 0 else { throw Failure() }
        } catch {
            unlink(temporary)
            throw error
        }
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Failure() }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw Failure() }
    }

    private static func write(_ bytes: [UInt8], to file: Int32) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure()
            }
            done += count
        }
    }
}
