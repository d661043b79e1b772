internal import Host
internal import Logging
internal import MailCore
internal import MailSettings
internal import ServiceLifecycle
internal import Synchronization

/// Keeps systemd's socket units those of the services that listen on all interfaces: writes their list for the generator, then has
/// systemd run that, at the start and at every change. Apart from `AccessWish`, because a busy manager takes its time.
///
/// The list is true before anything else happens, for others may reload the manager, too. A reload that failed is asked for again. A port
/// that another program had at boot has left a failed unit behind: when the daemon has the port, that is to be forgotten.
final class SocketUnitsWish: ServiceLifecycle.Service {
    private let asking: GatekeeperAsking
    private let file: ListenerFile
    private let settings: LiveSettings
    private let wakeUps = WakeUps()
    /// At first nobody knows whether the last daemon was heard.
    private let isStale = Atomic(true)

    init(
        _ gatekeeper: GatekeeperClient, _ file: ListenerFile, following settings: LiveSettings, _ troubles: ListenTroubles, logger: Logger
    ) {
        asking = GatekeeperAsking(gatekeeper, event: .worldFailed, logger)
        self.file = file
        self.settings = settings
        settings.onChange { [wakeUps] _ in wakeUps.wake() }
        troubles.onEnd { [weak self] in self?.regenerateSoon() }
        wakeUps.wake()
    }

    private func regenerateSoon() {
        isStale.store(true, ordering: .sequentiallyConsistent)
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
        for await _ in wakeUps.cancelOnGracefulShutdown() {
            if file.write(Self.listeners(settings.current)) { isStale.store(true, ordering: .sequentiallyConsistent) }
            guard isStale.exchange(false, ordering: .sequentiallyConsistent) else { continue }
            guard await !asking.isDone(.regenerateSockets) else { continue }
            isStale.store(true, ordering: .sequentiallyConsistent)
            wakeUps.wakeLater()
        }
    }
}
