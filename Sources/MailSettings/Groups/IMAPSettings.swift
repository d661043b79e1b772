public import MailCore

/// IMAP as a service: its port, and what one session may cost. RFC 3501
public struct IMAPSettings: SettingsGroup {
    public let port = Setting("imap.port", 143, .servicePort, "Port of the IMAP service.", takesEffect: .live)

    /// Every mail program that waits for mail holds one, phones several.
    public let maxConnections = Setting(
        "imap.max-connections", 10_000, .range(1...1_000_000), "Most IMAP connections at a time.", takesEffect: .live)
    public let maxConnectionsPerAddress = Setting(
        "imap.max-connections-per-address", 100, .range(1...100_000),
        "Most IMAP connections at a time from one IPv4 address or IPv6 /64; loopback is exempt.", takesEffect: .live)

    public let maxMessageSize = Setting(
        "imap.max-message-size", ByteCount.mebibytes(50), .range(.mebibytes(1) ... .mebibytes(1024)),
        "Largest message that APPEND takes.", takesEffect: .live)
    /// RFC 2683 §3.2.1.5 asks for 8,000; long UID sets and searches need more.
    public let maxCommandSize = Setting(
        "imap.max-command-size", ByteCount.kibibytes(64), .range(.kibibytes(8) ... .mebibytes(16)),
        "Largest command, with its literals but without the message of an APPEND.", takesEffect: .live)
    public let maxErrors = Setting(
        "imap.max-errors", 20, .range(1...10_000),
        "A session is ended after this many commands in a row that make no sense.", takesEffect: .live)
    public let maxMailboxes = Setting(
        "imap.max-mailboxes", 10_000, .range(10...1_000_000), "Most mailboxes of one account that CREATE makes.", takesEffect: .live)

    /// RFC 3501 §5.4 asks for no less than 30 minutes.
    public let idleTimeout = Setting(
        "imap.idle-timeout", Duration.seconds(1800), .range(.seconds(1) ... .seconds(86400)),
        "How long somebody who is logged in may be silent, also in IDLE; RFC 3501 §5.4 demands 30m.", takesEffect: .live)
    public let loginTimeout = Setting(
        "imap.login-timeout", Duration.seconds(180), .range(.seconds(1) ... .seconds(86400)),
        "How long a new connection has to log in.", takesEffect: .live)
    public let transferTimeout = Setting(
        "imap.transfer-timeout", Duration.seconds(300), .range(.seconds(1) ... .seconds(86400)),
        "How long a peer may pause in the middle of a literal, or while it takes an answer.", takesEffect: .live)

    public init() {}
}
