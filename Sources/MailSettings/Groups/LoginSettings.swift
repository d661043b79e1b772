/// Logging in, whatever the protocol.
public struct LoginSettings: SettingsGroup {
    /// F33
    public let defaultDomain = Setting(
        "login.default-domain", "", .domainOrNone,
        "Domain of those who log in with a name alone: usermail becomes usermail@DOMAIN. Empty means that the whole address is needed.",
        takesEffect: .live)
    public let maxFailures = Setting(
        "login.max-failures", 5, .range(1...1000),
        "A session is ended after this many log-ins that were refused. Who guesses is also answered later each time, whatever this is.",
        takesEffect: .live)

    public init() {}
}
