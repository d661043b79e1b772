public import Connections
public import Logging
public import MailCore
public import MailSettings
public import MailStore
internal import MessageFormat
public import Resolver
public import StateStore

/// What the dispatcher works with.
public struct DispatcherServices: Sendable {
    let settings: LiveSettings
    let state: StateStore
    let store: MailStore
    let hub: ConnectionHub
    let dns: any DNS
    let reports: ReportDesk
    let hostname: String
    let isOwn: @Sendable (IPAddress, Int) -> Bool
    let deadlines: ClientDeadlines
    let logger: Logger

    /// - Parameters:
    ///   - hostname: the host's name, unless `smtp.helo-name` says otherwise.
    ///   - isOwn: whether this server is who listens at the address and port.
    public init(
        settings: LiveSettings, state: StateStore, store: MailStore, hub: ConnectionHub, dns: any DNS, reports: ReportDesk,
        hostname: String, isOwn: @escaping @Sendable (IPAddress, Int) -> Bool, deadlines: ClientDeadlines = ClientDeadlines(),
        logger: Logger
    ) {
        self.settings = settings
        self.state = state
        self.store = store
        self.hub = hub
        self.dns = dns
        self.reports = reports
        self.hostname = hostname
        self.isOwn = isOwn
        self.deadlines = deadlines
        self.logger = logger
    }

    /// The name under which servers know us. F38
    var ownName: String {
        let name = settings.current.smtp.heloName
        return name.isEmpty ? hostname : name
    }

    var schedule: QueueSchedule {
        let queue = settings.current.queue
        return QueueSchedule(
            interval: queue.interval, delayFrom: queue.delayFrom, delayTo: queue.delayTo, lifetime: queue.lifetime,
            delayNotice: queue.delayNotice)
    }

    var routes: RouteTable {
        let relay = settings.current.relay
        return RouteTable(
            routes: state.directory.routes.map { route in (route.domain, route.host.map { ($0, route.port) }) },
            relay: relay.host.isEmpty ? nil : (relay.host, relay.port))
    }

    var finder: RouteFinder {
        let own = ownName.lowercased()
        let host = hostname.lowercased()
        return RouteFinder(dns: dns, usesDANE: settings.current.sending.dane, ownNames: { [own, host] }, isOwn: isOwn)
    }

    func client(for hop: NextHop) -> ClientSettings {
        let settings = settings.current
        var login: RelayLogin?
        if case .relay = hop, settings.relay.auth { login = RelayLogin(user: settings.relay.user, password: settings.relay.password) }
        return ClientSettings(
            heloName: ownName, usesUTF8: settings.smtp.utf8, login: login,
            encryption: comesFirst(on: hop, settings.relay.smtps) ? .fromTheBeginning : .whereOffered, deadlines: deadlines)
    }

    /// Whether TLS comes before the first word: always on port 465, and where F24 says so.
    private func comesFirst(on hop: NextHop, _ relayDoes: Bool) -> Bool {
        switch hop {
        case .exchangers: false
        case .host(_, let port): port == 465
        case .relay(_, let port): port == 465 || relayDoes
        }
    }

    /// The address from which a host is spoken to; `nil` lets the system choose.
    func source(for peer: IPAddress) -> IPAddress? {
        settings.current.sending.sourceAddresses.lazy.compactMap { IPAddress($0) }.first { $0.isIPv6 == peer.isIPv6 }
    }

    /// What is changed in messages on the way to the next hop. F27, F47
    func rewriting(for hop: NextHop) -> (header: HeaderRewriting, sender: MailAddress?) {
        let settings = settings.current
        var sender: MailAddress?
        if case .relay = hop, settings.relay.changeSender { sender = MailAddress(settings.relay.sender) }
        return (HeaderRewriting(sender: sender, recodesSubject: settings.sending.recodeSubject), sender)
    }
}
