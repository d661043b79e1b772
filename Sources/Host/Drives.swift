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
    public var isReadOnly: Bool
    /// The kernel's number of it, as mountinfo has it: `8:17`. (On btrfs files have another.)
    public var major: UInt32
    public var minor: UInt32
    /// Why it cannot hold mail, a sentence.
    public var unsuitable: String?

    /// How much of it there is, as the file system says. A drive that hangs holds whoever asks.
    public struct Room: Hashable, Sendable {
        public var total = ByteCount(0)
        /// What an ordinary user may still write.
        public var free = ByteCount(0)
        /// Files that can still be made; `nil` where there is no limit.
        public var freeFiles: Int?

        public init() {}
    }

    public var room: Room {
        var figures = statvfs()
        var room = Room()
        guard statvfs(path, &figures) == 0 else { return room }
        let unit = Int(clamping: figures.f_frsize)
        room.total = ByteCount(Int(clamping: figures.f_blocks).multipliedReportingOverflow(by: unit).partialValue)
        room.free = ByteCount(Int(clamping: figures.f_bavail).multipliedReportingOverflow(by: unit).partialValue)
        if figures.f_files > 0 { room.freeFiles = Int(clamping: figures.f_favail) }
        return room
    }
}

/// The drives of this machine, as the kernel lists them: none of them is asked anything.
public enum Drives {
    /// Every mounted file system that keeps something, by its path; those of the kernel's own making are left out.
    public static func all() -> [Drive] { parse(mounts()).sorted { $0.path < $1.path } }

    /// The one that the path is on.
    public static func holding(_ path: String) -> Drive? {
        parse(mounts(), partsToo: true).filter { path == $0.path || path.hasPrefix($0.path == "/" ? "/" : $0.path + "/") }.max {
            $0.path.count < $1.path.count
        }
    }

    /// Where a drive belongs that the path would be on, if it were mounted: fstab names it, and it is not there. fstab(5)
    public static func missing(for path: String) -> String? { missing(for: path, fstab: text("/etc/fstab"), mounts: mounts()) }

    static func missing(for path: String, fstab: String, mounts: String) -> String? {
        let mounted = Set(parse(mounts, partsToo: true).map(\.path))
        for line in fstab.parts(at: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.count >= 3, !words[0].hasPrefix("#") else { continue }
            let place = unescaped(words[1])
            guard place.hasPrefix("/"), place != "/", path == place || path.hasPrefix(place + "/") else { continue }
            if !mounted.contains(place) { return place }
        }
        return nil
    }

    /// They keep files, lock them and sync them, as far as anybody knows.
    private static let suitable: Set<String> = ["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "bcachefs", "zfs", "overlay"]
    /// They are no drives at all.
    private static let pseudo: Set<String> = [
        "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "securityfs", "debugfs", "tracefs", "configfs", "fusectl", "mqueue",
        "hugetlbfs", "bpf", "pstore", "efivarfs", "autofs", "binfmt_misc", "nsfs", "rpc_pipefs", "selinuxfs", "squashfs", "iso9660",
    ]

    /// Reads proc_pid_mountinfo(5): `36 35 98:0 /root /mount options - type device superoptions`. A later mount hides an earlier one.
    /// A part of a file system that is mounted elsewhere once more is no drive of its own; a sandbox has many.
    static func parse(_ text: String, partsToo: Bool = false) -> [Drive] {
        var drives: [String: (drive: Drive, isPart: Bool)] = [:]
        for line in text.parts(at: "\n") {
            let words = line.parts(at: " ")
            guard let dash = words.firstIndex(where: { $0 == "-" }), dash >= 6, words.count >= dash + 3 else { continue }
            let path = unescaped(words[4])
            let type = String(words[dash + 1])
            drives[path] = nil
            let number = words[2].parts(at: ":").compactMap { UInt32($0) }
            guard !pseudo.contains(type), number.count == 2 else { continue }
            let isReadOnly = words.count > dash + 3 && words[dash + 3].parts(at: ",").contains("ro")
            let isClosed = words[5].parts(at: ",").contains("ro")
            let drive = drive(path, device: unescaped(words[dash + 2]), type, number, isReadOnly: isReadOnly, isClosed: isClosed)
            drives[path] = (drive, words[3] != "/" && type != "btrfs")
        }
        let whole = Set(drives.values.filter { !$0.isPart }.map { [$0.drive.major, $0.drive.minor] })
        return drives.values.filter { partsToo || !$0.isPart || !whole.contains([$0.drive.major, $0.drive.minor]) }.map(\.drive)
    }

    /// `isClosed`: not the drive but its place is read-only, as a sandbox makes it.
    private static func drive(
        _ path: String, device: String, _ type: String, _ number: [UInt32], isReadOnly: Bool, isClosed: Bool
    ) -> Drive {
        var drive = Drive(
            path: path, device: device, type: type, isReadOnly: isReadOnly, major: number[0], minor: number[1])
        drive.unsuitable =
            switch type {
            case "tmpfs", "ramfs": "It is in memory, and gone after a restart."
            case _ where isReadOnly: "It is mounted read-only."
            case "vfat", "exfat", "msdos", "ntfs", "ntfs3", "fuseblk":
                "A \(type) file system keeps neither modes nor locks as mail needs them."
            case "nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs": "Locks and syncs of a network file system cannot be relied on."
            case _ where isClosed: "Nothing may be written there; a drive for mail belongs below /mnt, /media or /srv."
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

    private static func mounts() -> String { text("/proc/self/mountinfo") }

    /// A small file's text; "" when there is none.
    private static func text(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = read(file, &chunk, chunk.count), count > 0, bytes.count < 16 << 20 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
