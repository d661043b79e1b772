/// Where mail programs hand in their mail, in the clear at first. RFC 6409
public struct SubmissionSettings: SettingsGroup {
    public let port = Setting(
        "submission.port", 587, .servicePort, "Port on which mail programs hand in mail after they have logged in.", takesEffect: .live)
    public let enabled = Setting(
        "submission.enabled", true, "Whether mail is taken from mail programs on submission.port.", takesEffect: .live)

    public let checkSender = Setting(
        "submission.check-sender", true,
        """
        Whether somebody who has logged in may only send from addresses of his own: the account's, its aliases', and those with a tag. \
        Holds on every port.
        """, takesEffect: .live)

    public init() {}
}

/// The same behind TLS from the first octet. RFC 8314 §3.3
public struct SMTPSSettings: SettingsGroup {
    /// F12
    public let port = Setting(
        "smtps.port", 465, .servicePort, "Port on which mail programs hand in mail, encrypted from the beginning.", takesEffect: .live)
    /// F10
    public let enabled = Setting("smtps.enabled", true, "Whether mail is taken from mail programs on smtps.port.", takesEffect: .live)

    public init() {}
}
