import MailCore

/// Whom a SCRAM exchange is about: an account, or a name that nobody has and that looks no different. Lives as long as the exchange.
public struct ScramSubject: Sendable {
    /// `nil`: nobody. Never to be told apart by what the peer hears.
    let account: AccountID?
    let verifier: PasswordVerifier

    /// What the client is told. RFC 5802 §5.1 s=, i=
    public var salt: [UInt8] { verifier.salt }
    public var iterations: Int { verifier.iterations }
}
