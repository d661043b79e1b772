public import Authentication
public import Delivery
public import Logging
public import MailSettings
public import MailStore
public import StateStore

/// What the SMTP side stands on: settings, the directory of accounts, the mail store, the journal.
public struct SMTPServices: Sendable {
    /// A snapshot; a session takes a new one between transactions, so that a transaction is judged by one set of rules.
    private(set) var settings: Settings
    let live: LiveSettings
    let state: StateStore
    let store: MailStore
    let desk: LoginDesk
    let reports: ReportDesk
    let hostname: String
    let logger: Logger

    /// - Parameter hostname: the host's name, by which we introduce ourselves unless `smtp.helo-name` says otherwise.
    public init(
        settings: LiveSettings, state: StateStore, store: MailStore, desk: LoginDesk, reports: ReportDesk, hostname: String, logger: Logger
    ) {
        self.settings = settings.current
        live = settings
        self.state = state
        self.store = store
        self.desk = desk
        self.reports = reports
        self.hostname = hostname
        self.logger = logger
    }

    mutating func takeNewSettings() { settings = live.current }

    /// The name under which peers know us.
    var ownName: String {
        let name = settings.smtp.heloName
        return name.isEmpty ? hostname : name
    }
}
