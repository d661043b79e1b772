internal import Glibc
internal import Host
internal import Logging
internal import MailCore

/// Lets systemd run our generator again: the socket units follow what the daemon has written, and PID 1 drops the sockets of ports
/// that are no longer wanted.
enum SocketUnits {
    static func regenerate(logger: Logger) -> GatekeeperAnswer {
        let status = run("/usr/bin/systemctl", ["daemon-reload"])
        guard status == 0 else {
            return .refused("systemctl daemon-reload ended with \(status); the socket units are as they were.")
        }
        // A socket that failed because somebody had its port: nothing else would ever take that back, and whether the port is still
        // taken is in the daemon's status.
        _ = run("/usr/bin/systemctl", ["reset-failed", "postern-*.socket"])
        logger.info("socket units are made anew", metadata: ["event": "\(JournalEvent.socketsRegenerated.rawValue)"])
        return .done
    }

    /// A program with an empty environment and no input. Its exit status, or 127 when it could not be started.
    private static func run(_ path: String, _ arguments: [String]) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        guard posix_spawn(&child, path, &actions, nil, &words, &environment) == 0 else { return 127 }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 { guard errno == EINTR else { return 127 } }
        // The macro WEXITSTATUS: a normal end has its code in the second octet.
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }
}

/// A user of the system.
struct SystemUser {
    let id: UInt32
    let group: UInt32

    init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        id = entry.pointee.pw_uid
        group = entry.pointee.pw_gid
    }
}
