public import Authentication
public import Connections
public import Logging
public import MailSettings
public import MailStore
public import StateStore

/// What POP3 sessions work with.
public struct POP3Services: Sendable {
    let settings: LiveSettings
    let state: StateStore
    let desk: LoginDesk
    let store: MailStore
    /// By which name the server greets.
    let hostname: String
    let logger: Logger
    /// All ports of POP3 share them.
    let locks = MaildropLocks()

    public init(
        settings: LiveSettings, state: StateStore, desk: LoginDesk, store: MailStore, hostname: String, logger: Logger
    ) {
        self.settings = settings
        self.state = state
        self.desk = desk
        self.store = store
        self.hostname = hostname
        self.logger = logger
    }
}

/// POP3 as a service that the hub can listen for.
public enum POP3Face {
    /// With `encryption` that is implicit it is the service of the port for that, `pop3s`.
    public static func service(_ services: POP3Services, encryption: ServiceEncryption = .never) -> Service {
        let live = services.settings
        let limits = ServiceLimits(
            maxConnections: { live.current.pop3.maxConnections },
            maxConnectionsPerAddress: { live.current.pop3.maxConnectionsPerAddress },
            refusal: { "-ERR [SYS/TEMP] Not now: \($0.rawValue)\r\n" })
        return Service(name: encryption.isImplicit ? "pop3s" : "pop3", limits: limits, encryption: encryption) { connection in
            await POP3Session.serve(connection, with: services)
        }
    }
}
