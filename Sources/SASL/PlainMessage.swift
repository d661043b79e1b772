public import MailCore

/// The one message of the PLAIN mechanism: `[authzid] NUL authcid NUL passwd`. RFC 4616 §2
///
/// LOGIN's two answers say the same in two pieces, without an authorization identity.
public struct PlainMessage: Sendable, Hashable {
    /// Whom the client wants to act as; empty for the one that logs in.
    public let authorizationIdentity: String
    /// Who logs in.
    public let authenticationIdentity: String
    /// 1 to 1024 octets of UTF-8 without NUL.
    public let password: [UInt8]

    /// Reads the decoded message. The offset of an error is the octet's place in it.
    public init(parsing message: [UInt8]) throws(SyntaxError) {
        var scanner = Scanner(message)
        authorizationIdentity = try scanner.identity(mayBeEmpty: true)
        authenticationIdentity = try scanner.identity(mayBeEmpty: false)
        password = try Identity.password(scanner.rest, at: scanner.position)
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
        return try Identity.name(octets, mayBeEmpty: mayBeEmpty, at: start)
    }
}
