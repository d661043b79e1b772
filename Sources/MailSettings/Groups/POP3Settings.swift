internal import MailCore

/// POP3 as a service: its port, and what one session may cost. RFC 1939
public struct POP3Settings: SettingsGroup {
    public let port = Setting("pop3.port", 110, .servicePort, "Port of the POP3 service.", takesEffect: .live)

    /// A session lasts for seconds: many programs come and go, few are there at a time.
    public let maxConnections = Setting(
        "pop3.max-connections", 5000, .range(1...1_000_000), "Most POP3 connections at a time.", takesEffect: .live)
    public let maxConnectionsPerAddress = Setting(
        "pop3.max-connections-per-address", 100, .range(1...100_000),
        "Most POP3 connections at a time from one IPv4 address or IPv6 /64; loopback is exempt.", takesEffect: .live)

    public let maxErrors = Setting(
        "pop3.max-errors", 20, .range(1...10_000),
        "A session is ended after this many commands in a row that make no sense.", takesEffect: .live)

    /// RFC 1939 §3 allows no less.
    public let idleTimeout = Setting(
        "pop3.idle-timeout", Duration.seconds(600), .range(.seconds(600) ... .seconds(86400)),
        """
        How long somebody who is logged in may be silent before the connection is closed; nothing is deleted then. RFC 1939 \
        section 3 demands 10m or more.
        """, takesEffect: .live)
    public let loginTimeout = Setting(
        "pop3.login-timeout", Duration.seconds(180), .range(.seconds(1) ... .seconds(86400)),
        "How long a new connection has to log in.", takesEffect: .live)
    public let transferTimeout = Setting(
        "pop3.transfer-timeout", Duration.seconds(300), .range(.seconds(1) ... .seconds(86400)),
        "How long a peer may pause while it takes an answer.", takesEffect: .live)

    public init() {}
}
