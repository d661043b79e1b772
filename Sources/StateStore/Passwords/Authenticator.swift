import MailCore

/// Why a password or a proof was not taken. For `wrong` and `disabled` the peer hears the same.
public enum ProofRefusal: String, Error, Hashable, Sendable {
    /// No such account, or not its password.
    case wrong
    /// The password is right, the account is not enabled.
    case disabled
    /// Too many passwords are being proven; the peer may try again soon (`451 4.7.0`, `NO [UNAVAILABLE]`).
    case busy
}

/// Decides whether a name and a password belong together.
///
/// Deriving keys is done by the state store's workers, never on the caller's thread. An unknown name costs the same time as a known
/// one with a wrong password, so that nobody can find out names by listening to the clock.
public final class Authenticator: Sendable {
    private let state: StateStore
    private let defaultDomain: @Sendable () -> String
    private let proven = ProvenPasswords()

    /// `defaultDomain` is asked at each log-in; empty when there is none.
    public init(state: StateStore, defaultDomain: @Sendable @escaping () -> String) {
        self.state = state
        self.defaultDomain = defaultDomain
    }

    /// Log-in with a password in the clear: IMAP `LOGIN`, POP3 `PASS`, SASL PLAIN and LOGIN.
    ///
    /// A name without a domain is completed with the default domain (F33). `authorization` is SASL's authorization identity: whoever
    /// asks to act as somebody else is refused (RFC 4616 §2).
    public func verify(login: String, authorization: String = "", password: [UInt8]) async -> Result<Account, ProofRefusal> {
        let directory = state.directory
        guard let (account, verifier) = known(login, in: directory) else { return await refuseUnknown(login, password, directory) }
        if !proven.contain(account.id, verifier, password) {
            guard isAllowed(password: password) else { return await refuseUnknown(login, password, directory) }
            guard let isRight = await state.workers.run({ verifier.proves(password) }) else { return .failure(.busy) }
            guard isRight else { return .failure(.wrong) }
            proven.insert(account.id, verifier, password)
        }
        return allow(account, authorization)
    }

    /// The beginning of a SCRAM exchange: what its client needs to know of the account, or of nobody's.
    public func subject(login: String) -> ScramSubject {
        let directory = state.directory
        // Made for a known name, too, so that both cost the same.
        let nobody = state.unknownNames.verifier(completed(login), in: directory)
        guard let (account, verifier) = known(login, in: directory) else { return ScramSubject(account: nil, verifier: nobody) }
        return ScramSubject(account: account.id, verifier: verifier)
    }

    /// The end of it: the account, and the server's signature over the exchange. RFC 5802 §3
    ///
    /// There is nothing to derive, the client has done that; this costs microseconds, on the caller's thread.
    public func verify(
        proof: [UInt8], of message: [UInt8], subject: ScramSubject, authorization: String = ""
    ) -> Result<(account: Account, signature: [UInt8]), ProofRefusal> {
        let signature = subject.verifier.signature(for: proof, of: message)
        let directory = state.directory
        // A password that was changed in the middle of the exchange is an old one.
        guard let signature, let id = subject.account, let account = directory.account(id), directory.verifier(id) == subject.verifier
        else { return .failure(.wrong) }
        return allow(account, authorization).map { ($0, signature) }
    }

    /// The name as it is judged: with its domain (F33) and in lower case; what is no address stays as it is. For the journal, and to
    /// count log-ins by.
    public func completed(_ login: String) -> String { address(of: login)?.folded.description ?? login }

    private func known(_ login: String, in directory: Directory) -> (Account, PasswordVerifier)? {
        guard let account = address(of: login).flatMap({ directory.account($0) }), let verifier = directory.verifier(account.id) else {
            return nil
        }
        return (account, verifier)
    }

    private func allow(_ account: Account, _ authorization: String) -> Result<Account, ProofRefusal> {
        guard authorization.isEmpty || address(of: authorization)?.folded == account.address else { return .failure(.wrong) }
        return account.enabled ? .success(account) : .failure(.disabled)
    }

    private func address(of login: String) -> MailAddress? {
        if login.utf8.contains(UInt8(ascii: "@")) { return MailAddress(login) }
        guard !login.isEmpty, let domain = Domain(defaultDomain()) else { return nil }
        return MailAddress("\(login)@\(domain)")
    }

    /// Spends what a known name would have cost.
    private func refuseUnknown(_ login: String, _ password: [UInt8], _ directory: Directory) async -> Result<Account, ProofRefusal> {
        let nobody = state.unknownNames.verifier(completed(login), in: directory)
        guard await state.workers.run({ nobody.proves(Array(password.prefix(1024))) }) != nil else { return .failure(.busy) }
        return .failure(.wrong)
    }
}
