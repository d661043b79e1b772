internal import Glibc
internal import MailCore

/// A letter that is being dropped into the folder from which the daemon takes local programs' mail. Nobody needs the daemon for it: what
/// lies there waits.
///
/// The folder has mode 3733 and belongs to the daemon: everybody may put something in, nobody may list it, and who owns a file is the
/// kernel's word. Files get the folder's group, so that the daemon can read them, and nobody else.
///
/// | name | what |
/// |---|---|
/// | `new-…` | being written; an orphan after a day |
/// | `mail-…` | a whole letter, durable |
public struct DropFile: ~Copyable {
    private let folder: String
    private let name: String
    private let descriptor: Int32
    private var isDone = false

    /// Where the daemon looks; `POSTERN_DROP` names another place, for tests and demonstrations.
    public static let usualFolder = "/var/spool/postern/drop"

    /// The system's words for why nothing can be dropped.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
    }

    /// `name`: without its prefix, for a letter that replaces itself; else a new one.
    public init(in folder: String, name: String? = nil) throws(Failure) {
        self.folder = folder
        self.name = name ?? Self.freshName()
        let path = "\(folder)/new-\(self.name)"
        if name != nil { unlink(path) }
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { throw Failure("\(folder) takes no letter") }
        // Whatever the program's umask is, the daemon reads through the folder's group.
        guard fchmod(descriptor, 0o640) == 0 else { throw Failure("\(folder) takes no letter") }
    }

    /// What was not put in place is taken away.
    deinit {
        close(descriptor)
        if !isDone { unlink("\(folder)/new-\(name)") }
    }

    public func write(_ octets: some Collection<UInt8>) throws(Failure) {
        let octets = Array(octets)
        var done = 0
        while done < octets.count {
            let count = octets[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure("\(folder) takes no letter")
            }
            done += count
        }
    }

    /// Makes the letter durable and lets the daemon see it. Returns its name.
    public mutating func commit() throws(Failure) -> String {
        guard fsync(descriptor) == 0, rename("\(folder)/new-\(name)", "\(folder)/mail-\(name)") == 0 else {
            throw Failure("\(folder) takes no letter")
        }
        isDone = true
        // Nobody may open the folder to sync it. Syncing the file once more commits what came before in the drive's journal, its new name
        // with it.
        fsync(descriptor)
        return name
    }

    /// In the order of time, and nobody's guess.
    private static func freshName() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return hex(UInt64(bitPattern: Int64(now.tv_sec)) * 1_000_000 + UInt64(now.tv_nsec / 1000)) + hex(.random(in: 0...(.max)))
            + hex(.random(in: 0...(.max)))
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
