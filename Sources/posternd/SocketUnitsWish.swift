internal import Host
internal import Logging
internal import MailCore
internal import MailSettings
internal import ServiceLifecycle

/// Keeps systemd's socket units those of the services that listen on all interfaces: writes their list for the generator, then has
/// systemd run that, at the start and at every change. Apart from `AccessWish`, because a busy manager takes its time.
///
/// The list is true before anything else happens, for others may reload the manager, too. A reload that failed is asked for again.
struct SocketUnitsWish: ServiceLifecycle.Service {
    private let asking: GatekeeperAsking
    private let file: ListenerFile
    private let settings: LiveSettings
    private let wakeUps: WakeUps

    init(_ gatekeeper: GatekeeperClient, _ file: ListenerFile, following settings: LiveSettings, logger: Logger) {
        asking = GatekeeperAsking(gatekeeper, event: .worldFailed, logger)
        self.file = file
        self.settings = settings
        let wakeUps = WakeUps()
        self.wakeUps = wakeUps
        settings.onChange { _ in wakeUps.wake() }
        wakeUps.wake()
    }

    /// What listens on all interfaces.
    static func listeners(_ settings: Settings) -> ListenerList {
        ListenerList(
            Set(
                ListenPlan.services(settings).filter(\.interfaces.isEmpty).map {
                    ListenerList.Entry($0.name, UInt16(clamping: $0.port))
                }))
    }

    func run() async throws {
        var isStale = false
        for await _ in wakeUps.cancelOnGracefulShutdown() {
            if file.write(Self.listeners(settings.current)) { isStale = true }
            guard isStale else { continue }
            isStale = await !asking.isDone(.regenerateSockets)
            if isStale { wakeUps.wakeLater() }
        }
    }
}
