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
    private let start: ListenPlan
    private let kept: KeptSockets
    private let logger: Logger

    /// How long sessions have for their last words, out of the ten seconds that a stop may take.
    static let farewell = Duration.seconds(6)

    /// Binds what `settings` want now, with the sockets that systemd has for us where it has them. Throws the first refusal, a
    /// sentence; then nothing is bound. An interface that vanishes meanwhile is no reason not to start.
    init(
        _ services: [Connections.Service], on hub: ConnectionHub, following settings: LiveSettings, _ interfaces: LiveInterfaces,
        kept: KeptSockets, logger: Logger
    ) async throws {
        self.hub = hub
        self.services = Dictionary(uniqueKeysWithValues: services.map { ($0.name, $0) })
        self.settings = settings
        self.interfaces = interfaces
        self.kept = kept
        self.logger = logger
        settings.onChange { [wakeUps] _ in wakeUps.wake() }
        interfaces.onChange { [wakeUps] _ in wakeUps.wake() }
        var bound = ListenPlan()
        for entry in ListenPlan.wanted(settings.current, on: interfaces.current).entries.sorted() {
            do {
                try await Self.bind(entry, self.services, hub, kept)
                bound.entries.insert(entry)
            } catch  where entry.interfaceIndex != nil {
                Self.complain(error, entry, logger)
            } catch {
                await hub.stop(within: .seconds(1))
                throw error
            }
        }
        start = bound
        kept.closeUnused()
        wakeUps.wake()
    }

    func run() async throws {
        var current = start
        var told: Set<ListenPlan.Entry> = []
        for await _ in wakeUps.cancelOnGracefulShutdown() {
            let next = ListenPlan.wanted(settings.current, on: interfaces.current)
            told.formIntersection(next.entries)
            guard next != current else { continue }
            current = await move(from: current, to: next, &told)
            // Somebody else may let go of the port. What would have to be closed to try is worth more than the attempt.
            if next != current, current.steps(to: next).closeFirst.isEmpty { wakeUps.wakeLater() }
        }
        await hub.stop(within: Self.farewell)
    }

    /// Returns where we are afterwards: a socket that cannot be had is told, once, and the old ones of its service stay.
    private func move(from old: ListenPlan, to next: ListenPlan, _ told: inout Set<ListenPlan.Entry>) async -> ListenPlan {
        let steps = old.steps(to: next)
        var now = old.entries
        for entry in steps.closeFirst {
            await close(entry)
            now.remove(entry)
        }
        var failed: Set<String> = []
        for entry in steps.bind {
            if await tryToBind(entry, &told) { now.insert(entry) } else { failed.insert(entry.service) }
        }
        for entry in steps.closeFirst where failed.contains(entry.service) {
            if await tryToBind(entry, &told) { now.insert(entry) }
        }
        for entry in steps.closeLast where !failed.contains(entry.service) {
            await close(entry)
            now.remove(entry)
        }
        return ListenPlan(entries: now)
    }

    private func tryToBind(_ entry: ListenPlan.Entry, _ told: inout Set<ListenPlan.Entry>) async -> Bool {
        do {
            try await Self.bind(entry, services, hub, kept)
            told.remove(entry)
            return true
        } catch {
            // An interface that was faster than we is told of when it comes again.
            let isGone = (error as? ListenError)?.errno == ENODEV
            if !isGone, told.insert(entry).inserted { Self.complain(error, entry, logger) }
            return false
        }
    }

    private static func bind(
        _ entry: ListenPlan.Entry, _ services: [String: Connections.Service], _ hub: ConnectionHub, _ kept: KeptSockets
    ) async throws {
        guard let service = services[entry.service] else { preconditionFailure("nobody serves \(entry.service)") }
        if let descriptor = kept.take(entry) {
            try await hub.adopt(service, descriptor: descriptor, as: entry.address)
        } else {
            try await hub.listen(service, on: [entry.address]) { _, descriptor in kept.keep(descriptor, for: entry) }
        }
    }

    private static func complain(_ error: any Error, _ entry: ListenPlan.Entry, _ logger: Logger) {
        logger.error("\(error)", metadata: ["event": "\(JournalEvent.listenFailed.rawValue)", "service": "\(entry.service)"])
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
