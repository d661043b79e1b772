public import AdminContract
public import Logging
public import MailSettings
public import MailStore
public import StateStore

/// What the handlers work on.
public struct AdminServices: Sendable {
    let settings: LiveSettings
    let settingsFile: SettingsFile
    let state: StateStore
    let store: MailStore
    let certificates: CertificateDesk
    let sending: SendingControl
    let version: String
    let started = ContinuousClock.now
    let services: @Sendable () -> [StatusFacts.Service]
    let tasks: TaskDesk?
    let warnings: @Sendable () -> [String]
    let gateway: AdminGateway
    let reset: ResetDesk?
    let logger: Logger

    /// `services` tells what listens; `tasks` does long work; `warnings` adds sentences to those that are found out here.
    public init(
        settings: LiveSettings, settingsFile: SettingsFile, state: StateStore, store: MailStore, certificates: CertificateDesk,
        sending: SendingControl, version: String,
        services: @escaping @Sendable () -> [StatusFacts.Service], warnings: @escaping @Sendable () -> [String] = { [] },
        tasks: TaskDesk? = nil, gateway: AdminGateway = .none, reset: ResetDesk? = nil, logger: Logger
    ) {
        self.settings = settings
        self.settingsFile = settingsFile
        self.state = state
        self.store = store
        self.certificates = certificates
        self.sending = sending
        self.version = version
        self.services = services
        self.tasks = tasks
        self.warnings = warnings
        self.gateway = gateway
        self.reset = reset
        self.logger = logger
    }

    /// Whoever does long work.
    func desk() throws(AdminRefusal) -> TaskDesk {
        guard let tasks else { throw AdminRefusal(.unavailable, "Nobody does long work here.") }
        return tasks
    }
}
