internal import MailCore

/// A log-in by SASL as a value that IMAP `AUTHENTICATE`, SMTP `AUTH` and POP3 `AUTH` drive alike: the face sends what a step asks
/// for in its own framing (`+ …`, `334 …`) and feeds back each line that the client answers with.
///
///     PLAIN, LOGIN    start → challenge ⇄ answer → credentials | failure
///     SCRAM           start → challenge ⇄ answer → lookUp ⇄ found → challenge ⇄ answer → judge ⇄ proven → challenge ⇄ answer
///                           → finished | failure
///
/// An exchange is over after credentials, its finish, a proof that was none or a failure; feeding it more is our mistake.
public struct Exchange: Sendable {
    public enum Step: Sendable, Hashable {
        /// To be sent to the client in base 64; may be empty.
        case challenge([UInt8])
        /// What the client claims; the accounts decide. The exchange is over.
        case credentials(PlainMessage)
        /// Wants the parameters of this name's account, by `found`.
        case lookUp(String)
        /// Wants to know whether the proof is one, by `proven`. When it is none, the exchange is over.
        case judge(ScramClaim)
        /// The client has heard our signature. The exchange is over.
        case finished
    }

    /// The longest line of base 64 that an answer may be; RFC 4954 §4 has 12,288 octets for a whole line.
    public static let longestAnswer = 12_288

    private enum State: Sendable {
        case plain
        case loginName
        case loginPassword(name: String)
        case scram(ScramExchange)
        case over
    }

    public let mechanism: Mechanism
    private var state: State

    /// `bindings`: those of the channel, where mechanisms that bind it are offered. `nonce`: our part of SCRAM's, printable and without
    /// commas; never used twice. SCRAM alone asks for them.
    public init(
        _ mechanism: Mechanism, bindings: @autoclosure () -> ChannelBindings? = nil, nonce: @autoclosure () -> [UInt8] = Self.newNonce()
    ) {
        self.mechanism = mechanism
        state =
            switch mechanism {
            case .plain: .plain
            case .login: .loginName
            case .scramSHA256, .scramSHA256Plus: .scram(ScramExchange(isPlus: mechanism.bindsChannel, bindings: bindings(), nonce: nonce()))
            }
    }

    /// 192 bits of the system's randomness, in three requests.
    public static func newNonce() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return Base64.encode((0..<3).flatMap { _ in withUnsafeBytes(of: random.next(), Array.init) })
    }

    /// Begins, with the initial response as the client wrote it if there was one: base 64, or `=` for an empty one. RFC 4959 §3,
    /// RFC 4954 §4
    public mutating func start(initialResponse: [UInt8]) throws(ExchangeFailure) -> Step {
        if initialResponse == [UInt8(ascii: "=")] { return try take([]) }
        return try answer(initialResponse)
    }

    /// Begins without an initial response.
    public mutating func start() -> Step {
        switch state {
        case .loginName: .challenge(Array("Username:".utf8))
        // RFC 4422 §5.1: where the client speaks first, an empty challenge asks it to.
        case .plain, .scram: .challenge([])
        case .loginPassword, .over: preconditionFailure("an exchange begins once")
        }
    }

    /// A line that answers a challenge, without its line end.
    public mutating func answer(_ line: [UInt8]) throws(ExchangeFailure) -> Step {
        if case .scram(let exchange) = state, let denial = exchange.denial {
            state = .over
            throw .refused(denial)
        }
        if line == [UInt8(ascii: "*")] {
            state = .over
            throw .cancelled
        }
        guard line.count <= Self.longestAnswer, let message = Base64.decode(line) else {
            state = .over
            throw .malformed(SyntaxError(wanted: "base 64", offset: 0))
        }
        return try take(message)
    }

    /// After `lookUp`. For a name that nobody has, parameters that look like anybody's.
    public mutating func found(_ parameters: ScramParameters) -> Step { scram { $0.found(parameters) } }

    /// After `judge`: the proof was right, and this is ours.
    public mutating func proven(serverSignature: [UInt8]) -> Step { scram { $0.proven(serverSignature: serverSignature) } }

    private mutating func take(_ message: [UInt8]) throws(ExchangeFailure) -> Step {
        let current = state
        // Until the message has been understood.
        state = .over
        switch current {
        case .plain:
            return .credentials(try wellFormed { () throws(SyntaxError) in try PlainMessage(parsing: message) })
        case .loginName:
            state = .loginPassword(name: try wellFormed { () throws(SyntaxError) in try Identity.name(message, mayBeEmpty: false, at: 0) })
            return .challenge(Array("Password:".utf8))
        case .loginPassword(let name):
            let password = try wellFormed { () throws(SyntaxError) in try Identity.password(message, at: 0) }
            return .credentials(PlainMessage(authenticationIdentity: name, password: password))
        case .scram(var exchange):
            let step = try exchange.take(message)
            if step != .finished { state = .scram(exchange) }
            return step
        case .over: preconditionFailure("an exchange is not fed after its end")
        }
    }

    private func wellFormed<T>(_ read: () throws(SyntaxError) -> T) throws(ExchangeFailure) -> T {
        do {
            return try read()
        } catch {
            throw .malformed(error)
        }
    }

    private mutating func scram(_ body: (inout ScramExchange) -> Step) -> Step {
        guard case .scram(var exchange) = state else { preconditionFailure("only SCRAM asks the accounts in the middle") }
        defer { state = .scram(exchange) }
        return body(&exchange)
    }
}
