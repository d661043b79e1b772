/// Logging in, whatever the protocol.
public struct LoginSettings: SettingsGroup {
    /// F33
    public let defaultDomain = Setting(
        "login.default-domain", "", .domainOrNone,
        "Domain of those who log in with a name alone: usermail becomes usermail@DOMAIN. Empty means that the whole address is needed.",
        takesEffect: .live)

    public init() {}
}
