/// How long each phase of a session may take. RFC 5321 §4.5.3.2
public struct ClientDeadlines: Hashable, Sendable {
    public var connect = Duration.seconds(30)
    public var greeting = Duration.seconds(300)
    /// EHLO, MAIL, RCPT, AUTH.
    public var command = Duration.seconds(300)
    /// Until 354 comes.
    public var data = Duration.seconds(120)
    /// One piece of the message.
    public var block = Duration.seconds(180)
    /// The answer to the end of the message: the server may need its time to make it durable.
    public var end = Duration.seconds(600)
    /// The answer to QUIT, which nobody needs.
    public var quit = Duration.seconds(5)
    /// How long a connection with nothing to send is kept for what may come: what comes in a stream pays for one greeting, and no server
    /// minds a second. Zero: not at all.
    public var rest = Duration.seconds(1)

    public init() {}
}

/// The name and password for the relay. F26
public struct RelayLogin: Hashable, Sendable {
    public var user: String
    public var password: String

    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }
}

/// How a session with another server is encrypted. Who listens on the way is kept out; who the other one is, is proved where
/// ``EncryptionDemand`` says so.
public enum ClientEncryption: Hashable, Sendable {
    /// By STARTTLS when the server offers it. F25, RFC 7435
    case whereOffered
    /// Before the first word. F24, RFC 8314 §3.3
    case fromTheBeginning
    /// Not at all: TLS with this server has just come to nothing, for this reason.
    case never(because: String)
}

/// What a client session needs to know of us.
public struct ClientSettings: Sendable {
    /// Our name in EHLO. F38
    public var heloName: String
    /// Whether SMTPUTF8 is used. F48
    public var usesUTF8: Bool
    public var login: RelayLogin?
    public var encryption: ClientEncryption
    /// Of a session that is to be encrypted.
    public var demand = EncryptionDemand.opportunistic
    public var deadlines: ClientDeadlines

    public init(
        heloName: String, usesUTF8: Bool, login: RelayLogin? = nil, encryption: ClientEncryption = .whereOffered,
        deadlines: ClientDeadlines = ClientDeadlines()
    ) {
        self.heloName = heloName
        self.usesUTF8 = usesUTF8
        self.login = login
        self.encryption = encryption
        self.deadlines = deadlines
    }
}
