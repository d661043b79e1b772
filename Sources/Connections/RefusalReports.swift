internal import Logging
internal import MailCore
internal import Synchronization

/// Journal lines about connections that came to nothing: the first at once, then at most one in ten seconds for each service and
/// reason, with how many it stands for. A flood of peers must not become a flood of lines.
final class RefusalReports: Sendable {
    private struct Key: Hashable {
        let service: String
        let reason: String
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
        let event: JournalEvent = reason == .noDescriptors ? .descriptorsExhausted : .connectionRefused
        report("\(service) refused a connection: \(reason.rawValue)", reason.rawValue, event, .warning, service: service, peer: peer)
    }

    func report(handshake reason: String, service: String, peer: Peer) {
        report("\(service) and a peer did not agree on TLS: \(reason)", reason, .handshakeFailed, .info, service: service, peer: peer)
    }

    private func report(_ sentence: String, _ reason: String, _ event: JournalEvent, _ level: Logger.Level, service: String, peer: Peer?) {
        guard let silent = silent(Key(service: service, reason: reason)) else { return }
        var metadata: Logger.Metadata = ["event": "\(event.rawValue)", "service": "\(service)"]
        if let peer { metadata["peer"] = "\(peer)" }
        let more = silent > 0 ? "; \(silent) more since the last line about it" : ""
        logger.log(level: level, "\(sentence)\(more)", metadata: metadata)
    }

    /// How many reports were kept back since the last line; `nil` when this one is kept back too.
    private func silent(_ key: Key) -> Int? {
        let now = clock.now()
        return tallies.withLock { tallies in
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
    }
}
