internal import Host
internal import Logging
internal import MailCore
internal import MailSettings
internal import Netlink
internal import ServiceLifecycle

/// Tells the gatekeeper what the settings want of the firewall: at the start, at every change, and at the end.
///
/// | when | what it is asked |
/// |---|---|
/// | auto-permit is on, and the plan is another than before | hold it |
/// | auto-permit is off, at the start and when it was on | clear |
/// | we end in good order | leave |
///
/// A gatekeeper that cannot be reached is asked again, until it has done it or the settings want something else.
struct AccessWish: ServiceLifecycle.Service {
    private let asking: GatekeeperAsking
    private let settings: LiveSettings
    private let wakeUps: WakeUps

    init(_ gatekeeper: GatekeeperClient, following settings: LiveSettings, logger: Logger) {
        asking = GatekeeperAsking(gatekeeper, event: .firewallFailed, logger)
        self.settings = settings
        let wakeUps = WakeUps()
        self.wakeUps = wakeUps
        settings.onChange { _ in wakeUps.wake() }
        wakeUps.wake()
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

    func run() async throws {
        // The gatekeeper may hold what settings of yesterday wanted: nothing is known of it at first.
        var held: AccessPlan??
        for await _ in wakeUps.cancelOnGracefulShutdown() {
            let plan = Self.plan(settings.current)
            guard held != .some(plan) else { continue }
            if plan == nil, held == nil {
                // Where no gatekeeper is, there is nothing to clear.
                _ = await asking.gatekeeper.ask(.clear)
            } else if await !asking.isDone(plan.map(GatekeeperRequest.hold) ?? .clear) {
                wakeUps.wakeLater()
                continue
            }
            held = .some(plan)
        }
        if case .some(.some) = held { _ = await asking.gatekeeper.ask(.leave) }
    }
}
