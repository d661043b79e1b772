import MailCore

/// Why a log-in was refused. For `wrong` and `disabled` the peer hears the same.
public enum LoginRefusal: Error, Hashable, Sendable {
    /// No such account, or not its password.
    case wrong
    /// The password is right, the account is not enabled.
    case disabled
    /// Too many passwords are being proven; the peer may try again soon (`451 4.7.0`, `NO [UNAVAILABLE]`).
    case busy
}

/// Decides whether a name and a password belong together.
///
/// The work is done by the state store's workers, never on the caller's thread. An unknown name costs the same time as a known one
/// with a wrong password, so that nobody can find out names by listening to the clock.
public final class Authenticator: Sendable {
    private let state: StateStore
    private let defaultDomain: @Sendable () -> String
    private let proven = ProvenPasswords()
    /// Chooses, for an unknown name, whose number of rounds it costs; random, so that a peer cannot foresee it.
    private let namesKey = Crypto.random(Crypto.digestLength)
    private let unknown = PasswordVerifier(password: Crypto.random(16), iterations: 1)

    /// `defaultDomain` is asked at each log-in; empty when there is none.
    public init(state: StateStore, defaultDomain: @Sendable @escaping () -> String) {
        self.state = state
        self.defaultDomain = defaultDomain
    }

    /// Log-in with a password in the clear: IMAP `LOGIN`, POP3 `PASS`, SASL PLAIN.
    ///
    /// A name without a domain is completed with the default domain (F33). `authorization` is SASL's authorization identity: whoever
    /// asks to act as somebody else is refused (RFC 4616 §2).
    public func verify(login: String, authorization: String = "", password: [UInt8]) async -> Result<Account, LoginRefusal> {
        let directory = state.directory
        let account = address(of: login).flatMap { directory.account($0) }
        guard let account, let verifier = directory.verifier(account.id) else { return await refuseUnknown(login, password, directory) }
        if !proven.contain(account.id, verifier, password) {
            guard isAllowed(password: password) else { return await refuseUnknown(login, password, directory) }
            guard let isRight = await state.workers.run({ verifier.proves(password) }) else { return .failure(.busy) }
            guard isRight else { return .failure(.wrong) }
            proven.insert(account.id, verifier, password)
        }
        guard authorization.isEmpty || address(of: authorization)?.folded == account.address else { return .failure(.wrong) }
        return account.enabled ? .success(account) : .failure(.disabled)
    }

    private func address(of login: String) -> MailAddress? {
        if login.utf8.contains(UInt8(ascii: "@")) { return MailAddress(login) }
        guard !login.isEmpty, let domain = Domain(defaultDomain()) else { return nil }
        return MailAddress("\(login)@\(domain)")
    }

    /// Spends what a known name would have cost. Accounts may differ in their rounds; an unknown name always costs what the same
    /// one of them does.
    private func refuseUnknown(_ login: String, _ password: [UInt8], _ directory: Directory) async -> Result<Account, LoginRefusal> {
        let digest = Crypto.hmac(Array(login.utf8), key: namesKey)
        let accounts = directory.accounts
        let number = digest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let model = accounts.isEmpty ? nil : directory.verifier(accounts[number % accounts.count].id)
        let dummy = unknown.costing(model?.iterations ?? 16384)
        guard await state.workers.run({ dummy.proves(Array(password.prefix(1024))) }) != nil else { return .failure(.busy) }
        return .failure(.wrong)
    }
}
