/// POP3 behind TLS from the first octet. RFC 8314 §3.1
public struct POP3SSettings: SettingsGroup {
    /// F12
    public let port = Setting(
        "pop3s.port", 995, .servicePort, "Port of the POP3 service that is encrypted from the beginning.", takesEffect: .live)
    /// F11
    public let enabled = Setting("pop3s.enabled", true, "Whether POP3 is served on pop3s.port.", takesEffect: .live)

    public init() {}
}
