internal import Glibc
internal import Host
internal import Logging
internal import MailCore

/// The file from which the socket units are made at boot.
struct ListenerFile {
    let path: String
    let logger: Logger

    init(path: String, _ logger: Logger) {
        self.path = path
        self.logger = logger
    }

    /// `nil` where no systemd starts us.
    init?(beside settings: String, _ logger: Logger) {
        guard Notify.isHeard else { return nil }
        self.init(path: settings.parentFolder + "/listeners", logger)
    }

    /// Replaces the file when it says something else. Whether it did.
    func write(_ list: ListenerList) -> Bool {
        guard read() != list.text else { return false }
        let temporary = path + ".new"
        guard let file = fopen(temporary, "we") else { return complain() }
        fputs(list.text, file)
        let isWhole = fflush(file) == 0 && fsync(fileno(file)) == 0
        guard fclose(file) == 0, isWhole, rename(temporary, path) == 0 else { return complain() }
        return true
    }

    private func read() -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var octets = [UInt8](repeating: 0, count: 65536)
        let count = fread(&octets, 1, octets.count, file)
        return String(decoding: octets.prefix(count), as: UTF8.self)
    }

    private func complain() -> Bool {
        logger.error(
            "\(path) cannot be written: \(String(cString: strerror(errno))). At the next boot the socket units are the old ones.",
            metadata: ["event": "\(JournalEvent.worldFailed.rawValue)"])
        return false
    }
}
