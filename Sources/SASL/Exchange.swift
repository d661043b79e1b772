public import MailCore

/// The mechanisms that are offered, by their registered names.
public enum Mechanism: String, CaseIterable, Sendable {
    case plain = "PLAIN"

    /// A mechanism's name is compared without case; `nil` when it is not offered.
    public init?(name: some Sequence<UInt8>) {
        guard let mechanism = Self.allCases.first(where: { name.equalsIgnoringCase($0.rawValue.utf8) }) else { return nil }
        self = mechanism
    }
}

/// Why an exchange ended without credentials. Nobody was logged in and nothing was asked of the accounts.
public enum ExchangeFailure: Error, Hashable, Sendable {
    /// The client said `*`. RFC 3501 §6.2.2, RFC 4954 §4
    case cancelled
    /// Not base 64, or not the mechanism's message.
    case malformed(SyntaxError)
}

/// A log-in by SASL as a value that IMAP `AUTHENTICATE`, SMTP `AUTH` and POP3 `AUTH` drive alike: the face sends what a step asks
/// for in its own framing (`+ …`, `334 …`) and feeds back each line that the client answers with.
///
///     start → challenge ⇄ answer → credentials | failure
///
/// An exchange is over after credentials or a failure; feeding it more is our mistake.
public struct Exchange: Sendable {
    public enum Step: Sendable, Hashable {
        /// To be sent to the client in base 64; may be empty.
        case challenge([UInt8])
        /// What the client claims; the accounts decide.
        case credentials(PlainMessage)
    }

    /// The longest line of base 64 that an answer may be; RFC 4954 §4 has 12,288 octets for a whole line.
    public static let longestAnswer = 12_288

    public let mechanism: Mechanism
    private var isOver = false

    public init(_ mechanism: Mechanism) { self.mechanism = mechanism }

    /// Begins, with the initial response as the client wrote it if there was one: base 64, or `=` for an empty one. RFC 4959 §3, RFC 4954 §4
    public mutating func start(initialResponse: some Collection<UInt8>) throws(ExchangeFailure) -> Step {
        if initialResponse.elementsEqual([UInt8(ascii: "=")]) { return try take([]) }
        return try answer(initialResponse)
    }

    /// Begins without an initial response.
    public mutating func start() -> Step {
        switch mechanism {
        // RFC 4422 §5.1: where the client speaks first, an empty challenge asks it to.
        case .plain: .challenge([])
        }
    }

    /// A line that answers a challenge, without its line end.
    public mutating func answer(_ line: some Collection<UInt8>) throws(ExchangeFailure) -> Step {
        if line.elementsEqual([UInt8(ascii: "*")]) {
            isOver = true
            throw .cancelled
        }
        guard line.count <= Self.longestAnswer, let message = Base64.decode(line) else {
            isOver = true
            throw .malformed(SyntaxError(wanted: "base 64", offset: 0))
        }
        return try take(message)
    }

    private mutating func take(_ message: [UInt8]) throws(ExchangeFailure) -> Step {
        precondition(!isOver, "an exchange is not fed after its end")
        isOver = true
        do {
            switch mechanism {
            case .plain: return .credentials(try PlainMessage(parsing: message))
            }
        } catch {
            throw .malformed(error)
        }
    }
}
