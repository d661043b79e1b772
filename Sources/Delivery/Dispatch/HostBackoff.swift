import MailCore
import Synchronization

/// Hosts that could not be reached, and until when they are left alone: a minute at first, then twice as long each time, up to half an
/// hour and never longer than a message waits for its next try. It is the host that failed, not the messages: those that come
/// meanwhile do not knock again.
final class HostBackoff: Sendable {
    private struct Trouble {
        var until: Duration
        var failures: Int
    }
    static let shortest = Duration.seconds(60)
    static let longest = Duration.seconds(1800)
    /// Hosts that are remembered.
    private static let most = 10_000

    private let troubles = Mutex<[Peer: Trouble]>([:])

    func isLeftAlone(_ host: Peer, at now: Duration) -> Bool {
        troubles.withLock { $0[host].map { now < $0.until } ?? false }
    }

    func failed(_ host: Peer, at now: Duration, atMost limit: Duration) {
        troubles.withLock { troubles in
            if troubles.count >= Self.most { troubles = troubles.filter { now < $0.value.until } }
            guard troubles.count < Self.most || troubles[host] != nil else { return }
            let failures = (troubles[host]?.failures ?? 0) + 1
            let wait = min(Self.shortest * (1 << min(failures - 1, 5)), Self.longest, limit)
            troubles[host] = Trouble(until: now + wait, failures: failures)
        }
    }

    func succeeded(_ host: Peer) { troubles.withLock { _ = $0.removeValue(forKey: host) } }

    /// An operator wants it tried now.
    func forgetAll() { troubles.withLock { $0.removeAll() } }
}
