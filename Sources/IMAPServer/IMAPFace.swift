public import Authentication
public import Connections
public import Logging
public import MailSettings
public import MailStore
public import StateStore

/// What IMAP sessions work with.
public struct IMAPServices: Sendable {
    let settings: LiveSettings
    let state: StateStore
    let desk: LoginDesk
    let store: MailStore
    /// By which name the server greets.
    let hostname: String
    let logger: Logger

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

/// IMAP as a service that the hub can listen for.
public enum IMAPFace {
    /// With `encryption` that is implicit it is the service of the port for that, `imaps`.
    public static func service(_ services: IMAPServices, encryption: ServiceEncryption = .never) -> Service {
        let live = services.settings
        let limits = ServiceLimits(
            maxConnections: { live.current.imap.maxConnections },
            maxConnectionsPerAddress: { live.current.imap.maxConnectionsPerAddress },
            refusal: { "* BYE [UNAVAILABLE] Not now: \($0.rawValue)\r\n" })
        return Service(name: encryption.isImplicit ? "imaps" : "imap", limits: limits, encryption: encryption) { connection in
            await IMAPSession.serve(connection, with: services)
        }
    }
}
