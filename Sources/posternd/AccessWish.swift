internal import Host
internal import Logging
internal import MailCore
internal import MailSettings
internal import Netlink
internal import ServiceLifecycle

/// Tells the gatekeeper and systemd what the settings want of them: at the start, at every change, and at the end.
///
/// | when | to whom | what |
/// |---|---|---|
/// | auto-permit is on, and the plan is another than before | gatekeeper | hold it |
/// | auto-permit is off, at the start and when it was on | gatekeeper | clear |
/// | the services on all interfaces are others than the file says | the file, then gatekeeper | regenerate the socket units |
/// | we end in good order | gatekeeper | leave |
struct AccessWish: ServiceLifecycle.Service {
    private let gatekeeper: GatekeeperClient
    private let listenerFile: ListenerFile?
    private let settings: LiveSettings
    private let logger: Logger
    private let changes: AsyncStream<Void>

    /// A gatekeeper that could not be reached is asked again.
    private static let patience = Duration.seconds(5)

    /// `listenerFile` is `nil` where no systemd starts us.
    init(_ gatekeeper: GatekeeperClient, listenerFile: ListenerFile?, following settings: LiveSettings, logger: Logger) {
        self.gatekeeper = gatekeeper
        self.listenerFile = listenerFile
        self.settings = settings
        self.logger = logger
        let (stream, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        changes = stream
        settings.onChange { _ in changed.yield() }
        changed.yield()
    }

    /// What shall be reachable; `nil` when no permit is wanted.
    static func plan(_ settings: Settings) -> AccessPlan? {
        guard settings.firewall.autoPermit else { return nil }
        let services = ListenPlan.services(settings).map {
            AccessPlan.Service($0.name, ports: [UInt16(clamping: $0.port)], interfaces: $0.interfaces)
        }
        return AccessPlan(
            services: services, scope: settings.firewall.scope, internalInterfaces: settings.network.internalInterfaces,
            chains: settings.firewall.chain.compactMap { ChainName($0) }, position: settings.firewall.position,
            makesChains: settings.firewall.createChain)
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
        var held: AccessPlan?
        // The gatekeeper may hold what settings of yesterday wanted.
        var isFirst = true
        for await _ in changes.cancelOnGracefulShutdown() {
            let current = settings.current
            if listenerFile?.write(Self.listeners(current)) == true { _ = await asked(.regenerateSockets) }
            let plan = Self.plan(current)
            guard isFirst || plan != held else { continue }
            if let plan {
                await hold(plan)
            } else if isFirst {
                // Where no gatekeeper is, there is nothing to clear.
                _ = await gatekeeper.ask(.clear)
            } else {
                _ = await asked(.clear)
            }
            held = plan
            isFirst = false
        }
        if held != nil { _ = await gatekeeper.ask(.leave) }
    }

    private func hold(_ plan: AccessPlan) async {
        guard await !asked(.hold(plan)) else { return }
        repeat {
            await cancelWhenGracefulShutdown { try? await Task.sleep(for: Self.patience) }
            guard Self.plan(settings.current) == plan, !Task.isShuttingDownGracefully else { return }
            // It was told once that it cannot be reached.
        } while await gatekeeper.ask(.hold(plan)) != .done
    }

    private func asked(_ request: GatekeeperRequest) async -> Bool {
        guard case .refused(let sentence) = await gatekeeper.ask(request) else { return true }
        logger.error("\(sentence)", metadata: ["event": "\(JournalEvent.firewallFailed.rawValue)"])
        return false
    }
}
