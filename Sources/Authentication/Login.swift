public import Connections
internal import MailCore
internal import MailSettings
internal import SASL
public import StateStore

/// Logging in, as one session does it: a value that the session keeps from its greeting on, whatever it is asked for.
///
///     start(mechanism) → challenge ⇄ answer → logged in | refused
///     password(name, password) → account | refused
///
/// Waiting, counting and telling the journal is done inside; the face frames what a step says. After `tooManyFailures` it ends the
/// session. STARTTLS needs no new value: conditions are looked at each time, and failures stay counted.
public struct Login: Sendable {
    private let desk: LoginDesk
    private let conditions: @Sendable () -> LoginConditions
    private let rest: @Sendable (Duration) async throws(ConnectionError) -> Void
    private var failures = 0
    private var underWay: Attempt?

    /// An exchange that waits for the client's answer.
    private struct Attempt: Sendable {
        var exchange: Exchange
        /// Whom the client wants to be; `nil` before it has said so.
        var name: String?
        var subject: ScramSubject?
        /// Whom the proof has let in, to be told when the client has heard our signature.
        var account: Account?
    }

    /// The longest line, without its end, that may answer a challenge.
    public static let longestAnswer = Exchange.longestAnswer

    public init(at desk: LoginDesk, over connection: Connection) {
        self.init(
            at: desk, conditions: { LoginConditions(of: connection) },
            rest: { duration throws(ConnectionError) in try await connection.rest(for: duration) })
    }

    init(
        at desk: LoginDesk, conditions: @escaping @Sendable () -> LoginConditions,
        rest: @escaping @Sendable (Duration) async throws(ConnectionError) -> Void
    ) {
        self.desk = desk
        self.conditions = conditions
        self.rest = rest
    }

    // MARK: a name and a password

    /// IMAP `LOGIN`, POP3 `USER` and `PASS`. `command` is what the journal calls the way.
    public mutating func password(_ name: String, _ password: [UInt8], command: String) async throws(ConnectionError) -> Result<
        Account, LoginRefusal
    > {
        if let refusal = refuseInTheClear(command, name) { return .failure(refusal) }
        return try await judge(PlainMessage(authenticationIdentity: name, password: password), mechanism: command)
    }

    // MARK: an exchange

    /// Begins. `mechanism` is what the client calls it, `initialResponse` what it wrote behind: base 64, or `=`.
    public mutating func start(
        _ mechanism: some Sequence<UInt8>, initialResponse: [UInt8]?
    ) async throws(ConnectionError) -> LoginStep {
        guard let mechanism = Mechanism(name: mechanism) else { return .refused(.unknownMechanism) }
        if let refusal = refuseInTheClear(mechanism.rawValue, nil) { return .refused(refusal) }
        let conditions = conditions()
        guard desk.offered(under: conditions).contains(mechanism) else { return .refused(.unknownMechanism) }
        var attempt = Attempt(exchange: Exchange(mechanism, bindings: conditions.bindings))
        guard let initialResponse else {
            let step = attempt.exchange.start()
            return try await take(step, attempt)
        }
        return try await advance(attempt) { exchange throws(ExchangeFailure) in try exchange.start(initialResponse: initialResponse) }
    }

    /// What the client said to the last challenge, without its line end.
    public mutating func answer(_ line: [UInt8]) async throws(ConnectionError) -> LoginStep {
        guard let attempt = underWay else { preconditionFailure("an answer is for an exchange that has challenged") }
        return try await advance(attempt) { exchange throws(ExchangeFailure) in try exchange.answer(line) }
    }

    private mutating func advance(
        _ attempt: Attempt, _ move: (inout Exchange) throws(ExchangeFailure) -> Exchange.Step
    ) async throws(ConnectionError) -> LoginStep {
        underWay = nil
        var attempt = attempt
        let step: Exchange.Step
        do throws(ExchangeFailure) {
            step = try move(&attempt.exchange)
        } catch {
            return .refused(end(attempt, error))
        }
        return try await take(step, attempt)
    }

    /// Does what the exchange asks for until it has something to say to the client.
    private mutating func take(_ step: Exchange.Step, _ attempt: Attempt) async throws(ConnectionError) -> LoginStep {
        var attempt = attempt
        var step = step
        while true {
            switch step {
            case .challenge(let octets):
                underWay = attempt
                return .challenge(String(decoding: Base64.encode(octets), as: UTF8.self))
            case .credentials(let message):
                switch try await judge(message, mechanism: attempt.exchange.mechanism.rawValue) {
                case .success(let account): return .loggedIn(account)
                case .failure(let refusal): return .refused(refusal)
                }
            case .lookUp(let name):
                let subject = desk.authenticator.subject(login: name)
                attempt.name = name
                attempt.subject = subject
                step = attempt.exchange.found(ScramParameters(salt: subject.salt, iterations: subject.iterations))
            case .judge(let claim):
                switch try await judge(claim, &attempt) {
                case .success(let signed): step = signed
                case .failure(let refusal): return .refused(refusal)
                }
            case .finished:
                guard let account = attempt.account else { preconditionFailure("only a proof leads to the end of an exchange") }
                return .loggedIn(account)
            }
        }
    }

    // MARK: judgement

    private mutating func judge(_ message: PlainMessage, mechanism: String) async throws(ConnectionError) -> Result<Account, LoginRefusal> {
        let desk = desk
        let outcome = try await inTurn(message.authenticationIdentity) {
            await desk.authenticator.verify(
                login: message.authenticationIdentity, authorization: message.authorizationIdentity, password: message.password)
        }
        return conclude(outcome, message.authenticationIdentity, mechanism)
    }

    /// Our signature as the next step.
    private mutating func judge(
        _ claim: ScramClaim, _ attempt: inout Attempt
    ) async throws(ConnectionError) -> Result<Exchange.Step, LoginRefusal> {
        guard let subject = attempt.subject else { preconditionFailure("a proof is about somebody who was looked up") }
        let desk = desk
        var signature: [UInt8] = []
        let outcome = try await inTurn(claim.authenticationIdentity) {
            desk.authenticator.verify(
                proof: claim.proof, of: claim.message, subject: subject, authorization: claim.authorizationIdentity
            ).map {
                signature = $0.signature
                return $0.account
            }
        }
        return conclude(outcome, claim.authenticationIdentity, attempt.exchange.mechanism.rawValue).map { account in
            attempt.account = account
            return attempt.exchange.proven(serverSignature: signature)
        }
    }

    /// Waits for this session's turn, then lets the accounts decide.
    private func inTurn(
        _ name: String, _ verify: () async -> Result<Account, ProofRefusal>
    ) async throws(ConnectionError) -> Result<Account, ProofRefusal> {
        guard let turn = desk.patience.admit(desk.attempt(name, under: conditions())) else { return .failure(.busy) }
        do throws(ConnectionError) {
            try await rest(turn.wait)
        } catch {
            desk.patience.settle(turn, .abandoned)
            throw error
        }
        let outcome = await verify()
        switch outcome {
        case .success: desk.patience.settle(turn, .right)
        case .failure(.busy): desk.patience.settle(turn, .abandoned)
        case .failure: desk.patience.settle(turn, .wrong)
        }
        return outcome
    }

    /// Counts and tells.
    private mutating func conclude(
        _ outcome: Result<Account, ProofRefusal>, _ name: String, _ mechanism: String
    ) -> Result<Account, LoginRefusal> {
        switch outcome {
        case .success(let account):
            desk.journal.succeeded(account.address, mechanism: mechanism, conditions())
            return .success(account)
        case .failure(let reason):
            tell(name, mechanism, reason.rawValue)
            return .failure(reason == .busy ? .busy : countFailure())
        }
    }

    /// What becomes of an exchange that failed by itself.
    private mutating func end(_ attempt: Attempt, _ failure: ExchangeFailure) -> LoginRefusal {
        switch failure {
        case .cancelled: return .cancelled
        case .malformed(let error): return .malformed(wanted: error.wanted)
        case .refused(let error):
            tell(attempt.name, attempt.exchange.mechanism.rawValue, error.rawValue)
            return countFailure()
        }
    }

    private func refuseInTheClear(_ mechanism: String, _ name: String?) -> LoginRefusal? {
        guard let refusal = desk.passwordRefusal(under: conditions()) else { return nil }
        // Whoever was refused here may have shown a password to everybody on the way: somebody should know.
        tell(name, mechanism, "encryption-required")
        return refusal
    }

    private func tell(_ name: String?, _ mechanism: String, _ reason: String) {
        desk.journal.failed(name.map(desk.authenticator.completed), mechanism: mechanism, reason: reason, conditions())
    }

    private mutating func countFailure() -> LoginRefusal {
        failures += 1
        return failures >= desk.settings.current.login.maxFailures ? .tooManyFailures : .wrong
    }
}
