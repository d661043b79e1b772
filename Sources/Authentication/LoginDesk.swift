public import Connections
public import Logging
public import MailCore
public import MailSettings
internal import SASL
public import StateStore

/// Where everybody logs in, whichever face they see: what is offered, who is let in, who has to wait, what the journal hears of it.
///
/// There is one in a process. A face keeps a `Login` in each session, and asks here what it may offer.
public final class LoginDesk: Sendable {
    let settings: LiveSettings
    let authenticator: Authenticator
    let patience: LoginGuard
    let journal: LoginJournal
    private let isLocal: @Sendable (IPAddress) -> Bool

    /// `now`: time since an arbitrary moment, the same that connections keep their deadlines by. `isLocal`: from where nobody can be
    /// listened to and web mail logs everybody in; loopback, but in tests.
    public init(
        state: StateStore, settings: LiveSettings, logger: Logger, now: @escaping @Sendable () -> Duration = ConnectionClock.system.now,
        isLocal: @escaping @Sendable (IPAddress) -> Bool = { $0.isLoopback }
    ) {
        self.settings = settings
        self.isLocal = isLocal
        authenticator = Authenticator(state: state, defaultDomain: { settings.current.login.defaultDomain })
        patience = LoginGuard(now: now)
        journal = LoginJournal(logger: logger, now: now)
    }

    /// The mechanisms to be offered, the strongest first: `AUTH=…`, `AUTH …`, `SASL …`. Empty: nobody can log in now.
    public func mechanisms(under conditions: LoginConditions) -> [String] { offered(under: conditions).map(\.rawValue) }

    /// Why no password and no proof of one is taken now; `nil` when they are. F7
    ///
    /// IMAP says `LOGINDISABLED` for it, POP3 leaves `USER` out.
    public func passwordRefusal(under conditions: LoginConditions) -> LoginRefusal? {
        let isReadable = conditions.tls == nil && !isLocal(conditions.peer.address)
        return isReadable && settings.current.encryption.mode == .required ? .encryptionRequired : nil
    }

    func offered(under conditions: LoginConditions) -> [Mechanism] {
        guard passwordRefusal(under: conditions) == nil else { return [] }
        return Mechanism.allCases.filter { !$0.bindsChannel || conditions.tls != nil }
    }

    /// Whom an attempt is counted by.
    func attempt(_ name: String, under conditions: LoginConditions) -> LoginAttempt {
        let address = conditions.peer.address
        return LoginAttempt(name: authenticator.completed(name), address: isLocal(address) ? nil : address.limitKey)
    }
}
