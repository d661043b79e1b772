internal import MailCore
internal import Synchronization

/// One attempt to log in, by what it is counted.
struct LoginAttempt: Hashable, Sendable {
    /// Completed by the default domain, whether somebody has it or not.
    let name: String
    /// An IPv4 address or a /64; `nil` for this machine itself, from where web mail logs everybody in.
    let address: IPAddress?
}

/// Makes guessing slow without ever locking anybody out.
///
/// | who | is counted by | waits |
/// |---|---|---|
/// | a stranger | address, and account | in the address' queue, and for the account's delay |
/// | an account where it has logged in before | the two together | in the queue of that pair: what strangers do to the account or the address is nothing to it |
/// | web mail, on this machine | account, apart from what strangers do to it | for the account's delay |
///
/// Delays come before the judgement, and are reserved: whoever hangs up gains nothing, and attempts made at once stand in line.
final class LoginGuard: Sendable {
    private struct Pair: Hashable {
        let account: Int
        let address: IPAddress
    }
    private struct Account: Hashable {
        let account: Int
        let isLocal: Bool
    }
    private struct Tables {
        var addresses: DelayTable<IPAddress>
        var accounts: DelayTable<Account>
        var pairs: DelayTable<Pair>
    }

    /// What came of an attempt.
    enum Outcome {
        case right
        case wrong
        /// Nobody has judged it.
        case abandoned
    }

    /// An attempt's place in line.
    struct Turn: Sendable {
        let attempt: LoginAttempt
        /// Before it is judged.
        let wait: Duration
        /// Whether its account has logged in from there before.
        fileprivate let isAcquainted: Bool
    }

    /// How long an account is remembered to have logged in from an address.
    static let acquaintance = Duration.seconds(7 * 86400)

    private let now: @Sendable () -> Duration
    private let tables: Mutex<Tables>

    init(capacity: Int = 20_000, now: @escaping @Sendable () -> Duration) {
        self.now = now
        tables = Mutex(
            Tables(
                addresses: DelayTable(capacity: capacity), accounts: DelayTable(capacity: capacity),
                pairs: DelayTable(capacity: capacity, lifetime: Self.acquaintance)))
    }

    /// When the attempt may be judged; `nil` when too many of its kind wait already. Each turn is followed by one `settle`.
    func admit(_ attempt: LoginAttempt) -> Turn? {
        let now = now()
        let account = account(attempt)
        return tables.withLock { tables in
            let delay = tables.accounts.delay(account, at: now)
            guard let address = attempt.address else { return Turn(attempt: attempt, wait: delay, isAcquainted: false) }
            let pair = Pair(account: account.account, address: address)
            if tables.pairs.contains(pair, at: now) {
                return tables.pairs.reserve(pair, at: now).map { Turn(attempt: attempt, wait: $0, isAcquainted: true) }
            }
            return tables.addresses.reserve(address, at: now).map { Turn(attempt: attempt, wait: max($0, delay), isAcquainted: false) }
        }
    }

    func settle(_ turn: Turn, _ outcome: Outcome) {
        let now = now()
        let account = account(turn.attempt)
        tables.withLock { tables in
            guard let address = turn.attempt.address else {
                switch outcome {
                case .right: tables.accounts.forgive(account, at: now)
                case .wrong: tables.accounts.blame(account, at: now)
                case .abandoned: break
                }
                return
            }
            let pair = Pair(account: account.account, address: address)
            if turn.isAcquainted { tables.pairs.release(pair) } else { tables.addresses.release(address) }
            switch outcome {
            case .right:
                // The account is not forgiven: its owner's mail program would clear the way for the guesser every few minutes.
                tables.addresses.forgive(address, at: now)
                tables.pairs.remember(pair, at: now)
            case .wrong:
                tables.addresses.blame(address, at: now)
                tables.accounts.blame(account, at: now)
                if tables.pairs.contains(pair, at: now) { tables.pairs.blame(pair, at: now) }
            case .abandoned: break
            }
        }
    }

    /// Names are as long as a peer likes; their hashes, keyed anew in each process, are not. Two names with one hash share delays,
    /// which harms nobody.
    private func account(_ attempt: LoginAttempt) -> Account {
        Account(account: attempt.name.hashValue, isLocal: attempt.address == nil)
    }
}
