/// IMAP behind TLS from the first octet. RFC 8314 §3.2
public struct IMAPSSettings: SettingsGroup {
    /// F12
    public let port = Setting(
        "imaps.port", 993, .servicePort, "Port of the IMAP service that is encrypted from the beginning.", takesEffect: .live)
    /// F11
    public let enabled = Setting("imaps.enabled", true, "Whether IMAP is served on imaps.port.", takesEffect: .live)

    public init() {}
}
