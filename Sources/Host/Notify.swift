internal import CSystemd
internal import Glibc

/// Tells systemd how the service is (sd_notify(3)). Everything here does nothing when systemd did not start us.
public enum Notify {
    /// Whether systemd started us and wants to know how we are.
    public static var isHeard: Bool { getenv("NOTIFY_SOCKET") != nil }

    /// Whether what is written to standard output lands in the journal.
    public static var outputIsJournal: Bool { JournalOutlet.isJournal(STDOUT_FILENO) }

    /// Connections are accepted from now on.
    public static func ready(_ status: String) { send("READY=1\nSTATUS=\(JournalText.escaped(status))") }

    /// One line for `systemctl status`.
    public static func status(_ status: String) { send("STATUS=\(JournalText.escaped(status))") }

    /// The settings are being read again; `ready` ends it.
    public static func reloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        send("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
    }

    /// The way down has begun.
    public static func stopping(_ status: String) { send("STOPPING=1\nSTATUS=\(JournalText.escaped(status))") }

    /// A sign of life, due at least every `watchdogInterval`.
    public static func alive() { send("WATCHDOG=1") }

    /// Half of the time after which systemd takes us for hung; `nil` when nobody watches.
    public static var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds / 2))
    }

    private static func send(_ state: String) { sd_notify(0, state) }
}
