internal import Glibc
public import MailCore

/// A mounted file system, as it could hold mail.
public struct Drive: Hashable, Sendable {
    /// Where it is mounted.
    public var path: String
    /// `/dev/sdb1`.
    public var device: String
    /// `ext4`.
    public var type: String
    public var total: ByteCount
    /// What an ordinary user may still write.
    public var free: ByteCount
    /// Files that can still be made; `nil` where there is no limit.
    public var freeFiles: Int?
    public var isReadOnly: Bool
    /// Why it cannot hold mail, a sentence.
    public var unsuitable: String?
}

/// The drives of this machine.
public enum Drives {
    /// Every mounted file system that keeps something, by its path; those of the kernel's own making are left out.
    public static func all() -> [Drive] { parse(mounts()).sorted { $0.path < $1.path } }

    /// The one that the path is on.
    public static func holding(_ path: String) -> Drive? {
        parse(mounts()).filter { path == $0.path || path.hasPrefix($0.path == "/" ? "/" : $0.path + "/") }.max {
            $0.path.count < $1.path.count
        }
    }

    /// They keep files, lock them and sync them, as far as anybody knows.
    private static let suitable: Set<String> = ["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "bcachefs", "zfs", "overlay"]
    /// They are no drives at all.
    private static let pseudo: Set<String> = [
        "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "securityfs", "debugfs", "tracefs", "configfs", "fusectl", "mqueue",
        "hugetlbfs", "bpf", "pstore", "efivarfs", "autofs", "binfmt_misc", "nsfs", "rpc_pipefs", "selinuxfs", "squashfs", "iso9660",
    ]

    /// Reads proc_pid_mountinfo(5): `36 35 98:0 /root /mount options - type device superoptions`. A later mount hides an earlier one.
    static func parse(_ text: String) -> [Drive] {
        var drives: [String: Drive] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count >= dash + 3 else { continue }
            let path = unescaped(words[4])
            let type = String(words[dash + 1])
            drives[path] = nil
            guard !pseudo.contains(type) else { continue }
            let options = words[5].split(separator: ",") + (words.count > dash + 3 ? words[dash + 3].split(separator: ",") : [])
            drives[path] = drive(path, device: unescaped(words[dash + 2]), type, isReadOnly: options.contains("ro"))
        }
        return Array(drives.values)
    }

    private static func drive(_ path: String, device: String, _ type: String, isReadOnly: Bool) -> Drive {
        var drive = Drive(
            path: path, device: device, type: type, total: ByteCount(0), free: ByteCount(0), isReadOnly: isReadOnly)
        var room = statvfs()
        if statvfs(path, &room) == 0 {
            let unit = Int(clamping: room.f_frsize)
            drive.total = ByteCount(Int(clamping: room.f_blocks).multipliedReportingOverflow(by: unit).partialValue)
            drive.free = ByteCount(Int(clamping: room.f_bavail).multipliedReportingOverflow(by: unit).partialValue)
            if room.f_files > 0 { drive.freeFiles = Int(clamping: room.f_favail) }
        }
        drive.unsuitable =
            switch type {
            case "tmpfs", "ramfs": "It is in memory, and gone after a restart."
            case _ where isReadOnly: "It is mounted read-only."
            case "vfat", "exfat", "msdos", "ntfs", "ntfs3", "fuseblk":
                "A \(type) file system keeps neither modes nor locks as mail needs them."
            case "nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs": "Locks and syncs of a network file system cannot be relied on."
            case _ where !suitable.contains(type): "Nobody has tried mail on a \(type) file system."
            default: nil
            }
        return drive
    }

    /// Blanks and the like are written as `\040`.
    private static func unescaped(_ word: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let octet = rest.popFirst() {
            let digits = rest.prefix(3)
            if octet == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(octet)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func mounts() -> String {
        let file = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = read(file, &chunk, chunk.count), count > 0, bytes.count < 16 << 20 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
