/// Whether a password may travel where others can read along. F7
public enum EncryptionMode: String, CaseIterable, Sendable, SettingValue {
    /// No TLS is offered.
    case off
    /// TLS is offered; who does without it may log in all the same.
    case optional
    /// Nobody logs in outside TLS.
    case required
}

/// Encryption of log-ins, for SMTP, POP3 and IMAP together.
public struct EncryptionSettings: SettingsGroup {
    public let mode = Setting(
        "encryption.mode", EncryptionMode.optional,
        """
        Encryption of log-ins by SMTP, POP3 and IMAP. With off no TLS is offered; with optional it is offered, and a client without it \
        may send its password in the clear; with required a password is taken only inside TLS. What comes over loopback never leaves \
        this machine and counts as encrypted. Mail between servers on the SMTP port is not concerned.
        """, takesEffect: .live)

    public init() {}
}
