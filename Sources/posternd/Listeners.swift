internal import Connections
internal import Glibc
internal import Host
internal import Logging
internal import MailCore
internal import MailSettings
internal import Netlink
internal import ServiceLifecycle

/// Keeps the hub's sockets where the settings want them on the interfaces that there are, while the server runs; at the end, sees
/// every session off.
struct Listeners: ServiceLifecycle.Service {
    private let hub: ConnectionHub
    private let services: [String: Connections.Service]
    private let settings: LiveSettings
    private let interfaces: LiveInterfaces
    private let wakeUps = WakeUps()
    /// Where we listen from the start.
    private var start = ListenPlan()
    private let kept: KeptSockets
    private let logger: Logger
    /// What is wanted and cannot be had.
    let troubles: ListenTroubles

    /// How long sessions have for their last words, out of the ten seconds that a stop may take.
    static let farewell = Duration.seconds(6)

    /// Binds what `settings` want now, with the sockets that systemd has for us where it has them. A port that another program holds is
    /// no reason for the other services not to start: it is tried again until it is free.
    init(
        _ services: [Connections.Service], on hub: ConnectionHub, following settings: LiveSettings, _ interfaces: LiveInterfaces,
        kept: KeptSockets, logger: Logger
    ) async {
        self.hub = hub
        self.services = Dictionary(uniqueKeysWithValues: services.map { ($0.name, $0) })
        self.settings = settings
        self.interfaces = interfaces
        self.kept = kept
        self.logger = logger
        troubles = ListenTroubles(logger)
        settings.onChange { [wakeUps] _ in wakeUps.wake() }
        interfaces.onChange { [wakeUps] _ in wakeUps.wake() }
        start = await move(from: start, to: .wanted(settings.current, on: interfaces.current))
        kept.closeUnused()
        wakeUps.wake()
    }

    func run() async throws {
        var current = start
        for await _ in wakeUps.cancelOnGracefulShutdown() {
            let next = ListenPlan.wanted(settings.current, on: interfaces.current)
            troubles.keepOnly(next.entries)
            guard next != current else { continue }
            current = await move(from: current, to: next)
            // Somebody else may let go of the port. What would have to be closed to try is worth more than the attempt.
            if next != current, current.steps(to: next).closeFirst.isEmpty { wakeUps.wakeLater() }
        }
        await hub.stop(within: Self.farewell)
    }

    /// Returns where we are afterwards: a socket that cannot be had is told, and the old ones of its service stay.
    private func move(from old: ListenPlan, to next: ListenPlan) async -> ListenPlan {
        let steps = old.steps(to: next)
        var now = old.entries
        for entry in steps.closeFirst {
            await close(entry)
            now.remove(entry)
        }
        var failed: Set<String> = []
        for entry in steps.bind {
            if await tryToBind(entry) { now.insert(entry) } else { failed.insert(entry.service) }
        }
        for entry in steps.closeFirst where failed.contains(entry.service) {
            if await tryToBind(entry) { now.insert(entry) }
        }
        for entry in steps.closeLast where !failed.contains(entry.service) {
            await close(entry)
            now.remove(entry)
        }
        return ListenPlan(entries: now)
    }

    private func tryToBind(_ entry: ListenPlan.Entry) async -> Bool {
        do {
            try await bind(entry)
            troubles.settle(entry)
            return true
        } catch {
            // An interface that was faster than we is told of when it comes again.
            if (error as? ListenError)?.errno != ENODEV { troubles.note(error, entry) }
            return false
        }
    }

    private func bind(_ entry: ListenPlan.Entry) async throws {
        guard let service = services[entry.service] else { preconditionFailure("nobody serves \(entry.service)") }
        if let descriptor = kept.take(entry) {
            try await hub.adopt(service, descriptor: descriptor, as: entry.address)
        } else {
            try await hub.listen(service, on: [entry.address]) { _, descriptor in kept.keep(descriptor, for: entry) }
        }
    }

    private func close(_ entry: ListenPlan.Entry) async {
        guard let service = services[entry.service] else { return }
        await hub.stopListening(service, on: [entry.address])
        kept.forget(entry)
        logger.info(
            "\(entry.service) no longer listens on \(entry.address)",
            metadata: ["event": "\(JournalEvent.listening.rawValue)", "service": "\(entry.service)"])
    }
}
