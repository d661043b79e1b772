public import MailCore

/// The one message of the PLAIN mechanism: `[authzid] NUL authcid NUL passwd`. RFC 4616 §2
public struct PlainMessage: Sendable, Hashable {
    /// Whom the client wants to act as; empty for the one that logs in.
    public let authorizationIdentity: String
    /// Who logs in.
    public let authenticationIdentity: String
    /// 1 to 1024 octets of UTF-8 without NUL.
    public let password: [UInt8]

    /// An address is 320 octets at most; this leaves room for names of other forms.
    static let longestIdentity = 512
    static let longestPassword = 1024

    /// Reads the decoded message. The offset of an error is the octet's place in it.
    public init(parsing message: [UInt8]) throws(SyntaxError) {
        var scanner = Scanner(message)
        authorizationIdentity = try scanner.identity(mayBeEmpty: true)
        authenticationIdentity = try scanner.identity(mayBeEmpty: false)
        let start = scanner.position
        let rest = Array(scanner.rest)
        guard !rest.isEmpty else { throw SyntaxError(wanted: "a password", offset: start) }
        guard rest.count <= Self.longestPassword else {
            throw SyntaxError(wanted: "a password of at most \(Self.longestPassword) octets", offset: start)
        }
        guard !rest.contains(0) else { throw SyntaxError(wanted: "a password without NUL", offset: start) }
        guard String(validating: rest, as: UTF8.self) != nil else { throw SyntaxError(wanted: "a password in UTF-8", offset: start) }
        password = rest
    }

    public init(authorizationIdentity: String = "", authenticationIdentity: String, password: [UInt8]) {
        self.authorizationIdentity = authorizationIdentity
        self.authenticationIdentity = authenticationIdentity
        self.password = password
    }

    /// The message as a client sends it, before base 64.
    public var encoded: [UInt8] {
        Array(authorizationIdentity.utf8) + [0] + Array(authenticationIdentity.utf8) + [0] + password
    }
}

extension Scanner {
    /// Everything up to the next NUL, and the NUL.
    fileprivate mutating func identity(mayBeEmpty: Bool) throws(SyntaxError) -> String {
        let start = position
        guard let octets = take(through: 0) else { throw SyntaxError(wanted: "an identity that NUL ends", offset: start) }
        guard mayBeEmpty || !octets.isEmpty else { throw SyntaxError(wanted: "a name", offset: start) }
        guard octets.count <= PlainMessage.longestIdentity else {
            throw SyntaxError(wanted: "a name of at most \(PlainMessage.longestIdentity) octets", offset: start)
        }
        guard let text = String(validating: octets, as: UTF8.self) else { throw SyntaxError(wanted: "a name in UTF-8", offset: start) }
        return text
    }
}
