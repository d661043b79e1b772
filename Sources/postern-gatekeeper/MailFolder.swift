internal import Glibc
internal import Host
internal import Logging
internal import MailCore

/// Makes the folder for mail on a drive, for the daemon's user, who may not do so on a drive that root has mounted.
///
/// The caller says which device; where that is mounted is the kernel's word, and it must be where drives belong.
enum MailFolder {
    static let name = "postern-mail"
    private static let places = ["/mnt/", "/media/", "/srv/"]

    static func prepare(major: UInt32, minor: UInt32, for user: String, logger: Logger) -> GatekeeperAnswer {
        guard let owner = SystemUser(named: user) else { return .refused("There is no user \(user).") }
        let places = Self.mounts(of: "\(major):\(minor)", in: mounts())
        guard let point = places.first?.point else {
            return .refused("No drive \(major):\(minor) is mounted below /mnt, /media or /srv.")
        }
        let drive = open(point, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard drive >= 0 else { return refusal(point) }
        defer { close(drive) }
        // By the mount's number: on btrfs files have another device number than their file system. A sandbox that makes /srv writable
        // lays the same mounts over those that were there: what is opened is the last of them.
        guard places.contains(where: { $0.mount == Self.mount(of: drive) && $0.point == point }) else {
            return .refused("What is mounted at \(point) has changed.")
        }
        guard mkdirat(drive, name, 0o700) == 0 || errno == EEXIST else { return refusal(point) }
        let folder = openat(drive, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        var status = stat()
        guard folder >= 0, fstat(folder, &status) == 0 else { return refusal("\(point)/\(name)") }
        defer { close(folder) }
        if status.st_uid == owner.id { return .done }
        // Somebody else's folder is not taken from him.
        guard status.st_uid == 0 else { return .refused("\(point)/\(name) belongs to user \(status.st_uid).") }
        guard fchown(folder, owner.id, owner.group) == 0 else { return refusal("\(point)/\(name)") }
        logger.notice("\(point)/\(name) is ready for mail", metadata: ["event": "\(JournalEvent.adminOperation.rawValue)"])
        return .done
    }

    /// Where the whole of a file system is mounted, by its device, with the mounts' numbers; only places where drives belong.
    /// proc_pid_mountinfo(5)
    static func mounts(of device: String, in mounts: String) -> [(mount: String, point: String)] {
        mounts.parts(at: "\n").compactMap { line in
            let fields = line.parts(at: " ")
            guard fields.count > 5, fields[2] == device, fields[3] == "/" else { return nil }
            let point = plain(fields[4])
            guard places.contains(where: { point.hasPrefix($0) && point.utf8.count > $0.utf8.count }) else { return nil }
            return (String(fields[0]), point)
        }
    }

    /// The number of the mount that an open file is on. proc_pid_fdinfo(5)
    private static func mount(of descriptor: Int32) -> String? {
        for line in text("/proc/self/fdinfo/\(descriptor)").parts(at: "\n") where line.hasPrefix("mnt_id:") {
            return line.dropFirst(7).split(whereSeparator: { $0 == " " || $0 == "\t" }).first.map(String.init)
        }
        return nil
    }

    /// Blanks and backslashes stand as `\040` and the like.
    private static func plain(_ text: Substring) -> String {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            let digits = rest.prefix(3)
            guard octet == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (48..<56).contains($0) }) else {
                octets.append(octet)
                continue
            }
            octets.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 * 8 + Int($1 - 48) }))
            rest = rest.dropFirst(3)
        }
        return String(decoding: octets, as: UTF8.self)
    }

    private static func mounts() -> String { text("/proc/self/mountinfo") }

    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var octets = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&octets, 1, octets.count, file)
        return String(decoding: octets.prefix(count), as: UTF8.self)
    }

    private static func refusal(_ what: String) -> GatekeeperAnswer { .refused("\(what): \(String(cString: strerror(errno))).") }
}
