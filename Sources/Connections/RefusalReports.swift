internal import Logging
internal import MailCore
internal import Synchronization

/// Journal lines about refused connections: the first at once, then at most one in ten seconds for each service and reason, with
/// how many it stands for. A flood of peers must not become a flood of lines.
final class RefusalReports: Sendable {
    private struct Key: Hashable {
        let service: String
        let reason: RefusalReason
    }
    private struct Tally {
        var lastLine: Duration
        var silent = 0
    }

    static let interval = Duration.seconds(10)

    private let logger: Logger
    private let clock: ConnectionClock
    private let tallies = Mutex<[Key: Tally]>([:])

    init(logger: Logger, clock: ConnectionClock) {
        self.logger = logger
        self.clock = clock
    }

    func report(_ reason: RefusalReason, service: String, peer: Peer?) {
        let now = clock.now()
        let silent: Int? = tallies.withLock { tallies in
            let key = Key(service: service, reason: reason)
            guard let tally = tallies[key] else {
                tallies[key] = Tally(lastLine: now)
                return 0
            }
            guard now - tally.lastLine >= Self.interval else {
                tallies[key]?.silent += 1
                return nil
            }
            tallies[key] = Tally(lastLine: now)
            return tally.silent
        }
        guard let silent else { return }
        let event: JournalEvent = reason == .noDescriptors ? .descriptorsExhausted : .connectionRefused
        var metadata: Logger.Metadata = ["event": "\(event.rawValue)", "service": "\(service)"]
        if let peer { metadata["peer"] = "\(peer)" }
        let more = silent > 0 ? "; \(silent) more since the last line about it" : ""
        logger.warning("\(service) refused a connection: \(reason.rawValue)\(more)", metadata: metadata)
    }
}
