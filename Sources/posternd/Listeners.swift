internal import Connections
internal import Logging
internal import MailCore
internal import MailSettings
internal import ServiceLifecycle

/// Keeps the hub's sockets where the settings want them, while the server runs; at the end, sees every session off.
struct Listeners: ServiceLifecycle.Service {
    private let hub: ConnectionHub
    private let services: [String: Connections.Service]
    private let changes: AsyncStream<Settings>
    private let start: ListenPlan
    private let logger: Logger

    /// How long sessions have for their last words, out of the ten seconds that a stop may take.
    static let farewell = Duration.seconds(6)

    /// Binds what `settings` want now. Throws the first refusal, a sentence; then nothing is bound.
    init(_ services: [Connections.Service], on hub: ConnectionHub, following settings: LiveSettings, logger: Logger) async throws {
        self.hub = hub
        self.services = Dictionary(uniqueKeysWithValues: services.map { ($0.name, $0) })
        self.logger = logger
        start = ListenPlan.wanted(settings.current)
        let (stream, changed) = AsyncStream.makeStream(of: Settings.self, bufferingPolicy: .bufferingNewest(1))
        changes = stream
        settings.onChange { changed.yield($0) }
        do {
            for entry in start.entries.sorted() { try await bind(entry) }
        } catch {
            await hub.stop(within: .seconds(1))
            throw error
        }
    }

    func run() async throws {
        var current = start
        for await settings in changes.cancelOnGracefulShutdown() {
            let next = ListenPlan.wanted(settings)
            if next != current { current = await move(from: current, to: next) }
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

    private func bind(_ entry: ListenPlan.Entry) async throws {
        guard let service = services[entry.service] else { preconditionFailure("nobody serves \(entry.service)") }
        try await hub.listen(service, on: [entry.address])
    }

    private func tryToBind(_ entry: ListenPlan.Entry) async -> Bool {
        do {
            try await bind(entry)
            return true
        } catch {
            logger.error("\(error)", metadata: ["event": "\(JournalEvent.listenFailed.rawValue)", "service": "\(entry.service)"])
            return false
        }
    }

    private func close(_ entry: ListenPlan.Entry) async {
        guard let service = services[entry.service] else { return }
        await hub.stopListening(service, on: [entry.address])
        logger.info(
            "\(entry.service) no longer listens on \(entry.address)",
            metadata: ["event": "\(JournalEvent.listening.rawValue)", "service": "\(entry.service)"])
    }
}
