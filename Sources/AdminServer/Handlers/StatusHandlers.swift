internal import AdminContract
internal import Foundation
internal import MailCore
internal import MailSettings
internal import MailStore
internal import StateStore

/// `status`
struct StatusHandlers: Sendable {
    let services: AdminServices

    func register(in table: inout HandlerTable) {
        table.add(Status.self) { _ in await status() }
    }

    private func status() async -> StatusFacts {
        let directory = services.state.directory
        let uptime = services.started.duration(to: .now).components.seconds
        return StatusFacts(
            version: services.version, started: Naming.time(Int64(Date().timeIntervalSince1970) - uptime), uptime: Int(uptime),
            domains: directory.domains.count, accounts: directory.accounts.count, aliases: directory.aliases.count,
            services: services.services(), store: await store(), warnings: warnings(directory))
    }

    private func store() async -> StatusFacts.Store {
        let health = services.store.health
        let totals = try? await services.store.read { try $0.totals() }
        return StatusFacts.Store(
            state: Self.name(of: health.state), messages: totals?.messages, bytes: totals?.bytes,
            freeSpace: health.freeSpace.bytes, totalSpace: health.totalSpace.bytes)
    }

    private func warnings(_ directory: Directory) -> [String] {
        var warnings: [String] = []
        if let refusal = services.store.health.refusal { warnings.append("No mail is accepted: \(refusal)") }
        if directory.domains.isEmpty { warnings.append("There is no domain yet; add one with \"postern domain add\".") }
        return warnings + services.settingsFile.sentences + services.warnings()
    }

    private static func name(of state: StoreHealth.State) -> String {
        switch state {
        case .ready: "ready"
        case .spaceLow: "space-low"
        case .unavailable: "unavailable"
        case .closed: "closed"
        }
    }
}
