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
        let (listening, doubts) = await withPermits(services.services())
        return StatusFacts(
            version: services.version, started: Naming.time(Int64(Date().timeIntervalSince1970) - uptime), uptime: Int(uptime),
            domains: directory.domains.count, accounts: directory.accounts.count, aliases: directory.aliases.count,
            services: listening, store: await store(), queue: await queue(), dns: services.sending.validation(), tasks: await tasks(),
            problems: problems(listening), warnings: warnings(directory) + doubts)
    }

    private func store() async -> StatusFacts.Store {
        let health = services.store.health
        let totals = try? await services.store.read { try $0.totals() }
        return StatusFacts.Store(
            state: Self.name(of: health.state), messages: totals?.messages, bytes: totals?.bytes,
            freeSpace: health.freeSpace.bytes, totalSpace: health.totalSpace.bytes)
    }

    private func queue() async -> [String: Int]? {
        guard let counts = try? await services.store.read({ try $0.queueCounts() }) else { return nil }
        return Dictionary(uniqueKeysWithValues: counts.map { ($0.key.name, $0.value) })
    }

    private func tasks() async -> [StatusFacts.Task] {
        let all = try? await services.tasks?.list()
        return (all?.tasks ?? []).filter { $0.ended == nil }.map { task in
            StatusFacts.Task(id: task.id, name: task.name, state: task.state, percent: task.percent, item: task.item)
        }
    }

    /// What the firewall does with each port, when it is to let people through; and sentences about what nobody knows.
    private func withPermits(_ listening: [StatusFacts.Service]) async -> ([StatusFacts.Service], doubts: [String]) {
        guard services.settings.current.firewall.autoPermit else { return (listening, []) }
        let findings: AccessFindings
        do throws(AdminRefusal) {
            findings = try await services.gateway.check()
        } catch {
            return (listening.map { $0.with(permit: $0.state == "off" ? nil : "unknown") }, [error.error])
        }
        let byService = Dictionary(grouping: findings.findings, by: \.service).mapValues { Set($0.map(\.state)) }
        let permitted = listening.map { service in
            guard service.state != "off" else { return service }
            let states = byService[service.name] ?? []
            let worst = ["missing", "shadowed", "unknown", "open"].first(where: states.contains)
            return service.with(permit: findings.filtersNothing ? "unfiltered" : worst ?? "missing")
        }
        let doubts = permitted.filter { $0.permit == "unknown" }.map { "Whether the firewall lets \($0.name) through cannot be known." }
        return (permitted, doubts)
    }

    private func problems(_ listening: [StatusFacts.Service]) -> [String] {
        var problems: [String] = []
        if let trouble = StoreTrouble.sentence(services.store, services.state) { problems.append("No mail is accepted: \(trouble)") }
        for service in listening {
            let place = service.port.map { "\(service.name) (port \($0))" } ?? service.name
            let why = service.trouble.map { ": \($0). It listens as soon as it can." } ?? "; the journal says why."
            if service.state == "closed" { problems.append("\(place) listens nowhere" + why) }
            if service.state == "partly" { problems.append("\(place) does not listen everywhere where it should" + why) }
            switch service.permit {
            case "missing": problems.append("The firewall does not let \(place) through: no permit is there for every interface it is for.")
            case "shadowed":
                problems.append("The firewall does not let \(place) through: an earlier rule decides; see \"postern access check\".")
            default: break
            }
            if let days = service.certificateDays, days < 0, let name = service.certificate {
                problems.append("\(place) shows the certificate \(name), which has expired.")
            }
        }
        return problems
    }

    private func warnings(_ directory: Directory) -> [String] {
        var warnings: [String] = []
        // While no mail is accepted, the problems say why.
        if let damage = services.store.damage, services.store.health.refusal == nil {
            warnings.append("\(damage) \(StoreError.remedyForIndex)")
        }
        if directory.domains.isEmpty { warnings.append("There is no domain yet; add one with \"postern domain add\".") }
        for missing in services.gateway.interfaces().missing {
            warnings.append("\(missing) is chosen in the settings and not there now; it is served when it comes.")
        }
        return warnings + services.settingsFile.sentences + services.warnings()
    }

    private static func name(of state: StoreHealth.State) -> String {
        switch state {
        case .ready: "ready"
        case .spaceLow: "space-low"
        case .unavailable, .damaged: "unavailable"
        case .closed: "closed"
        }
    }
}

extension StatusFacts.Service {
    fileprivate func with(permit: String?) -> StatusFacts.Service {
        var service = self
        service.permit = permit
        return service
    }
}
