public import MailCore

/// What is done with a message in which a CR or LF stands alone. RFC 5321 §2.3.8 allows them only as a pair.
public enum BareNewline: String, CaseIterable, Sendable, SettingValue {
    /// The message is read to its end, then refused.
    case refuse
    /// Each becomes CRLF; the message is kept.
    case normalise
}

/// The SMTP side: who may send us mail, how much of it, how long we wait. RFC 5321
public struct SMTPSettings: SettingsGroup {
    public let port = Setting(
        "smtp.port", 25, .servicePort, "Port on which mail from other servers and from programs is received.", takesEffect: .live)
    public let interfaces = Setting(
        "smtp.interfaces", [], .interfacesAndAddresses,
        "Interfaces and addresses on which SMTP is served; an empty list means all.", takesEffect: .live)
    public let heloName = Setting(
        "smtp.helo-name", "", .domainOrNone, "Name by which this server introduces itself; empty means the host's name.", takesEffect: .live
    )
    /// F8
    public let certificate = Setting(
        "smtp.certificate", "default", .certificateName,
        "Certificate that is shown to senders; another one is shown to who asks for one of its hosts (SNI).", takesEffect: .live)
    public let utf8 = Setting(
        "smtp.utf8", true, "Whether SMTPUTF8 is offered: addresses and headers beyond ASCII (RFC 6531).", takesEffect: .live)

    public let maxMessageSize = Setting(
        "smtp.max-message-size", ByteCount.mebibytes(50), .range(.mebibytes(1) ... .mebibytes(1024)),
        "Largest message accepted from a peer, announced as SIZE (RFC 1870).", takesEffect: .live)
    public let maxHeaderSize = Setting(
        "smtp.max-header-size", ByteCount.mebibytes(1), .range(.kibibytes(64) ... .mebibytes(1)),
        "Largest header block of a message.", takesEffect: .live)
    public let maxCommandLine = Setting(
        "smtp.max-command-line", ByteCount(2048), .range(ByteCount(512) ... .kibibytes(64)),
        "Longest command line, with its CRLF. RFC 5321 §4.5.3.1.4 demands 512.", takesEffect: .live)
    public let maxRecipients = Setting(
        "smtp.max-recipients", 1000, .range(100...50_000),
        "Most recipients of one message; RFC 5321 §4.5.3.1.8 demands 100.", takesEffect: .live)
    public let maxReceived = Setting(
        "smtp.max-received", 100, .range(10...1000),
        "A message with this many Received fields goes round in circles and is refused (RFC 5321 §6.3).", takesEffect: .live)
    public let maxErrors = Setting(
        "smtp.max-errors", 20, .range(1...10_000), "A session is ended after this many refused commands.", takesEffect: .live)
    public let maxConnections = Setting(
        "smtp.max-connections", 1000, .range(1...100_000), "Most SMTP connections at a time.", takesEffect: .live)
    public let maxConnectionsPerAddress = Setting(
        "smtp.max-connections-per-address", 50, .range(1...100_000),
        "Most SMTP connections at a time from one IPv4 address or IPv6 /64; loopback is exempt.", takesEffect: .live)

    public let commandTimeout = Setting(
        "smtp.command-timeout", Duration.seconds(300), .range(.seconds(1) ... .seconds(86400)),
        "How long a command may be waited for; RFC 5321 §4.5.3.2.7 wants 5m.", takesEffect: .live)
    public let dataTimeout = Setting(
        "smtp.data-timeout", Duration.seconds(600), .range(.seconds(1) ... .seconds(86400)),
        "How long the next piece of a message may be waited for.", takesEffect: .live)
    public let bannerDelay = Setting(
        "smtp.banner-delay", Duration.zero, .range(.zero ... .seconds(60)),
        "Pause before the greeting, at least this long; who talks in it is no mail server and is sent away. Loopback is exempt.",
        takesEffect: .live)
    public let bareNewline = Setting(
        "smtp.bare-newline", BareNewline.refuse,
        "What is done with a message in which CR or LF stands alone: refuse it or make each a CRLF.", takesEffect: .live)

    public init() {}
}
