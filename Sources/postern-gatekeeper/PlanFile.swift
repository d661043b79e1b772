internal import Glibc
internal import Host
internal import Logging
internal import MailCore
internal import Netlink

/// The plan on a file system in memory, so that a gatekeeper that was killed goes on where it was.
enum PlanFile {
    /// `nil` when there is none, or none that can be read.
    static func read(_ path: String) -> AccessPlan? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var octets = [UInt8](repeating: 0, count: GatekeeperLimits.request)
        let count = fread(&octets, 1, octets.count, file)
        return count > 0 && count < octets.count ? AccessPlan(parsing: octets[..<count]) : nil
    }

    /// Replaced as a whole. A plan that cannot be kept is held all the same.
    static func write(_ plan: AccessPlan, to path: String, logger: Logger) {
        let temporary = path + ".new"
        guard let file = fopen(temporary, "we") else { return complain(path, logger) }
        fputs(plan.text, file)
        guard fclose(file) == 0, rename(temporary, path) == 0 else { return complain(path, logger) }
    }

    private static func complain(_ path: String, _ logger: Logger) {
        logger.warning(
            "The plan cannot be kept at \(path): \(String(cString: strerror(errno)))",
            metadata: ["event": "\(JournalEvent.firewallFailed.rawValue)"])
    }
}
