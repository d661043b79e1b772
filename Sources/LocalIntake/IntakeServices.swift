public import Logging
public import MailSettings
public import MailStore
public import StateStore

/// What taking in local mail stands on.
public struct IntakeServices: Sendable {
    let settings: LiveSettings
    let state: StateStore
    let store: MailStore
    let hostname: String
    let isUser: @Sendable (String) -> Bool
    let logger: Logger

    /// - Parameter isUser: whether a user of this machine has that name.
    public init(
        settings: LiveSettings, state: StateStore, store: MailStore, hostname: String, isUser: @escaping @Sendable (String) -> Bool,
        logger: Logger
    ) {
        self.settings = settings
        self.state = state
        self.store = store
        self.hostname = hostname
        self.isUser = isUser
        self.logger = logger
    }

    /// The name under which others know us.
    var ownName: String {
        let name = settings.current.smtp.heloName
        return name.isEmpty ? hostname : name
    }

    var names: LocalNames {
        LocalNames(directory: state.directory, settings: settings.current, hostname: hostname, isUser: isUser)
    }
}
