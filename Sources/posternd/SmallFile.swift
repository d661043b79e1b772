internal import Glibc
internal import MailCore

/// Small files of ours, read and replaced as wholes.
enum SmallFile {
    /// The system's words for why not.
    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ path: String) { description = "\(path): \(String(cString: strerror(errno)))." }
    }

    /// `nil` when it is not there. At most 16 MiB.
    static func read(_ path: String) throws(Failure) -> String? {
        guard let file = fopen(path, "re") else {
            if errno == ENOENT { return nil }
            throw Failure(path)
        }
        defer { fclose(file) }
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while octets.count < 16 << 20 {
            let count = fread(&piece, 1, piece.count, file)
            guard count > 0 else { break }
            octets += piece[..<count]
        }
        guard ferror(file) == 0 else { throw Failure(path) }
        return String(decoding: octets, as: UTF8.self)
    }

    /// Durable when it returns.
    static func replace(_ path: String, with text: String) throws(Failure) {
        let temporary = path + ".new"
        guard let file = fopen(temporary, "we") else { throw Failure(temporary) }
        fputs(text, file)
        let isWhole = fflush(file) == 0 && fsync(fileno(file)) == 0
        guard fclose(file) == 0, isWhole, rename(temporary, path) == 0 else { throw Failure(path) }
        try sync(path)
    }

    /// Durable when it returns; nothing to do when it is not there.
    static func remove(_ path: String) throws(Failure) {
        guard unlink(path) == 0 || errno == ENOENT else { throw Failure(path) }
        try sync(path)
    }

    /// With everything below; links are taken away, not followed.
    static func removeTree(_ path: String) throws(Failure) {
        guard unlink(path) != 0, errno != ENOENT else { return }
        guard errno == EISDIR, let stream = opendir(path) else { throw Failure(path) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        closedir(stream)
        for name in names where name != "." && name != ".." { try removeTree("\(path)/\(name)") }
        guard rmdir(path) == 0 else { throw Failure(path) }
    }

    private static func sync(_ path: String) throws(Failure) {
        let folder = path.parentFolder
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure(folder) }
    }
}
