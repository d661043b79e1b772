internal import Glibc
internal import MailCore
internal import Netlink

/// Who has a port that we want: what an administrator must know to decide which of two programs shall have it.
public enum PortHolder {
    /// `exim4.service, user Debian-exim`; `nil` when nobody is found. systemd's name for the program is that of its control group; its
    /// process is nothing that a daemon without rights could see.
    public static func words(for port: Int) -> String? {
        guard let port = UInt16(exactly: port), let sockets = try? ListeningSocket.all(on: port), !sockets.isEmpty else { return nil }
        let words = sockets.map { socket in
            let user = "user \(SystemUsers.name(of: socket.user) ?? String(socket.user))"
            guard let group = socket.controlGroup.flatMap(folder), let unit = unit(in: group) else { return user }
            return "\(unit), \(user)"
        }
        return Set(words).sorted().joined(separator: "; ")
    }

    /// The last part of a control group's path that is a unit of systemd's: `/system.slice/exim4.service` has `exim4.service`.
    static func unit(in path: String) -> String? {
        path.parts(at: "/").last { part in
            [".service", ".scope", ".socket"].contains { part.hasSuffix($0) }
        }.map(String.init)
    }

    /// Where control groups are, and how many of them are looked at: a gateway has some hundred.
    private static let root = "/sys/fs/cgroup"
    private static let most = 20_000

    /// The folder with this inode.
    private static func folder(_ inode: UInt64) -> String? {
        var waiting = [root]
        var looked = 0
        while let path = waiting.popLast(), looked < most {
            guard let stream = opendir(path) else { continue }
            defer { closedir(stream) }
            looked += 1
            while let entry = readdir(stream) {
                guard entry.pointee.d_type == DT_DIR else { continue }
                let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                if name == "." || name == ".." { continue }
                if UInt64(entry.pointee.d_ino) == inode { return "\(path)/\(name)" }
                waiting.append("\(path)/\(name)")
            }
        }
        return nil
    }
}
