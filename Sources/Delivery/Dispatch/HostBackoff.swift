import MailCore
import MailStore
import Synchronization

/// Hosts that could not be reached, and until when they are left alone: a minute at first, then twice as long each time, up to half an
/// hour and never longer than a message waits for its next try. It is the host that failed, not the messages: those that come
/// meanwhile do not knock again.
final class HostBackoff: Sendable {
    private struct Trouble {
        var until: Duration
        var failures: Int
        /// What came of the last try.
        var outcome: TryOutcome
    }
    static let shortest = Duration.seconds(60)
    static let longest = Duration.seconds(1800)
    /// Hosts that are remembered.
    private static let most = 10_000

    private let troubles = Mutex<[Peer: Trouble]>([:])

    /// Why the host is left alone; `nil` when it is not.
    func reason(_ host: Peer, at now: Duration) -> TryOutcome? {
        troubles.withLock { troubles in troubles[host].flatMap { now < $0.until ? $0.outcome : nil } }
    }

    func failed(_ host: Peer, _ outcome: TryOutcome, at now: Duration, atMost limit: Duration) {
        troubles.withLock { troubles in
            if troubles.count >= Self.most { troubles = troubles.filter { now < $0.value.until } }
            guard troubles.count < Self.most || troubles[host] != nil else { return }
            let failures = (troubles[host]?.failures ?? 0) + 1
            let wait = min(Self.shortest * (1 << min(failures - 1, 5)), Self.longest, limit)
            troubles[host] = Trouble(until: now + wait, failures: failures, outcome: outcome)
        }
    }

    func succeeded(_ host: Peer) { troubles.withLock { _ = $0.removeValue(forKey: host) } }

    /// An operator wants it tried now.
    func forgetAll() { troubles.withLock { $0.removeAll() } }
}
