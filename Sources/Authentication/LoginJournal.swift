internal import Connections
internal import Logging
internal import MailCore
internal import Synchronization

/// What the journal hears of log-ins: who, from where, by what, how encrypted, and why not. Never a password.
///
/// A flood of failures must not be a flood of lines: from one address five are told at once, then one in a minute with how many it
/// stands for.
final class LoginJournal: Sendable {
    private struct Tally {
        var began: Duration
        var told = 0
        var silent = 0
    }

    /// Failures of an address that are told each by itself.
    static let toldAtOnce = 5
    static let interval = Duration.seconds(60)
    /// Addresses that are kept count of; when there are more, all of them begin anew.
    private static let capacity = 10_000
    /// A name is an address of 320 octets at most; what is longer was made to fill the journal.
    private static let longestName = 320

    private let logger: Logger
    private let now: @Sendable () -> Duration
    private let tallies = Mutex<[IPAddress: Tally]>([:])

    init(logger: Logger, now: @escaping @Sendable () -> Duration) {
        self.logger = logger
        self.now = now
    }

    func succeeded(_ account: MailAddress, mechanism: String, _ conditions: LoginConditions) {
        logger.info(
            "\(account) logged in by \(conditions.service)",
            metadata: metadata(.loginSucceeded, "\(account)", mechanism, conditions))
    }

    /// `name`: as it was judged; `nil` when nobody had been named yet. `reason`: one word.
    func failed(_ name: String?, mechanism: String, reason: String, _ conditions: LoginConditions) {
        guard let silent = count(conditions.peer.address.limitKey) else { return }
        var metadata = metadata(.loginFailed, name.map(Self.bounded), mechanism, conditions)
        metadata["reason"] = "\(reason)"
        let more = silent > 0 ? "; \(silent) more from there since the last line about it" : ""
        logger.notice("A log-in by \(conditions.service) was refused: \(reason)\(more)", metadata: metadata)
    }

    private func metadata(
        _ event: JournalEvent, _ account: String?, _ mechanism: String, _ conditions: LoginConditions
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "event": "\(event.rawValue)", "peer": "\(conditions.peer)", "service": "\(conditions.service)", "mechanism": "\(mechanism)",
            "encryption": "\(conditions.tls?.version ?? "none")",
        ]
        metadata["account"] = account.map { "\($0)" }
        return metadata
    }

    /// How many failures the line to be written stands for beside its own; `nil` when none is to be written.
    private func count(_ address: IPAddress) -> Int? {
        let now = now()
        return tallies.withLock { tallies in
            if tallies[address] == nil, tallies.count >= Self.capacity {
                tallies = tallies.filter { now - $0.value.began < Self.interval }
                if tallies.count >= Self.capacity { tallies = [:] }
            }
            var tally = tallies[address] ?? Tally(began: now)
            defer { tallies[address] = tally }
            if now - tally.began >= Self.interval {
                let silent = tally.silent
                // Whoever was silenced stays so, but for one line a minute, until a minute has passed without anything to silence.
                tally = Tally(began: now, told: silent > 0 ? Self.toldAtOnce : 1)
                return silent
            }
            guard tally.told < Self.toldAtOnce else {
                tally.silent += 1
                return nil
            }
            tally.told += 1
            return 0
        }
    }

    /// Made harmless to show by whoever writes it down; here only no longer than a name can be.
    private static func bounded(_ name: String) -> String {
        name.utf8.count <= longestName ? name : String(decoding: name.utf8.prefix(longestName), as: UTF8.self) + "…"
    }
}
