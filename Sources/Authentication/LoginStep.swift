public import StateStore

/// How far a log-in by SASL has come.
public enum LoginStep: Sendable {
    /// Base 64, to be sent behind `+ ` or `334 `; the client's line goes to `Login.answer`.
    case challenge(String)
    case loggedIn(Account)
    case refused(LoginRefusal)
}
