/// Why somebody is not logged in, as a face must tell it apart. Each is an answer; what the peer may not know is in the journal only.
public enum LoginRefusal: Error, Hashable, Sendable {
    /// There is no such mechanism under these conditions (`504 5.5.4`).
    case unknownMechanism
    /// Passwords are taken inside TLS only: `538 5.7.11`, `NO [PRIVACYREQUIRED]`.
    case encryptionRequired
    /// What the client said is not what the mechanism wants, which is here in words: `501 5.5.2`, `BAD`.
    case malformed(wanted: String)
    /// The client said `*`: `501 5.7.0`, `BAD`.
    case cancelled
    /// Not this name, not this password, not this proof, or an account that is not enabled: `535 5.7.8`,
    /// `NO [AUTHENTICATIONFAILED]`, `-ERR [AUTH]`.
    case wrong
    /// Too many are logging in: `454 4.7.0`, `NO [UNAVAILABLE]`, `-ERR [SYS/TEMP]`.
    case busy
    /// Like `wrong`, for the last time: the face says so and ends the session (`421 4.7.0`, `BYE`).
    case tooManyFailures
}
