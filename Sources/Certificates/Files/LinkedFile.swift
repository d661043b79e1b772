import Glibc

/// A PEM file that others keep: the appliance, certbot, systemd (a key may lie in `$CREDENTIALS_DIRECTORY`, where `LoadCredential=`
/// put it: give that path).
public struct LinkedFile: Hashable, Sendable {
    /// By what one sees that a file was written or replaced. The inode's last change is in it, because a file that is copied may
    /// take its moment of writing along.
    public struct Mark: Hashable, Sendable {
        let device: UInt
        let inode: UInt
        let size: Int
        let written: [Int]
    }

    public let bytes: [UInt8]
    /// Whether everybody on this machine can read it.
    public let isOpenToAll: Bool

    /// No chain and no key is larger.
    private static let longest = KeyPair.longestChain

    public init(_ path: String) throws(CertificateRefusal.Problem) {
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else { throw .pathNotAllowed(path) }
        // A pipe in its place must not make us wait.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw Self.unreadable(path) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Self.unreadable(path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .fileNotRegular(path: path) }
        isOpenToAll = status.st_mode & S_IROTH != 0
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.unreadable(path) }
            if count == 0 { break }
            content += chunk[..<count]
            guard content.count <= Self.longest else { throw .fileTooLarge(path: path) }
        }
        bytes = content
    }

    /// The file's mark as it is now; `nil` when it is not there. Take it before reading: what is written in between is seen next time.
    public static func mark(of path: String) -> Mark? {
        var status = stat()
        return stat(path, &status) == 0 ? Mark(status) : nil
    }

    private static func unreadable(_ path: String) -> CertificateRefusal.Problem {
        .fileUnreadable(path: path, why: String(cString: strerror(errno)))
    }
}

extension LinkedFile.Mark {
    fileprivate init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        written = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }
}
