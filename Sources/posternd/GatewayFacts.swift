internal import AdminContract
internal import AdminServer
internal import Host
internal import MailCore
internal import MailSettings
internal import Netlink

/// The gateway's interfaces and firewall as an operator sees them.
struct GatewayFacts: Sendable {
    private let settings: LiveSettings
    private let interfaces: LiveInterfaces
    private let gatekeeper: GatekeeperClient

    init(_ settings: LiveSettings, _ interfaces: LiveInterfaces, _ gatekeeper: GatekeeperClient) {
        self.settings = settings
        self.interfaces = interfaces
        self.gatekeeper = gatekeeper
    }

    var gateway: AdminGateway {
        AdminGateway(
            interfaces: { Self.list(interfaces.current, settings.current) },
            rules: { () async throws(AdminRefusal) in Self.rules(try await report(.report)) },
            check: { () async throws(AdminRefusal) in Self.findings(try await report(.report)) },
            explain: { port async throws(AdminRefusal) in Self.findings(try await report(.explain(port: port))) })
    }

    private func report(_ request: GatekeeperRequest) async throws(AdminRefusal) -> AccessReport {
        switch await gatekeeper.ask(request) {
        case .report(let report): return report
        case .refused(let sentence): throw AdminRefusal(.unavailable, sentence)
        case .done: throw AdminRefusal(.failed, "The gatekeeper gave no report.")
        }
    }

    static func list(_ interfaces: [NetworkInterface], _ settings: Settings) -> InterfaceList.Answer {
        let services = ListenPlan.services(settings)
        let roles = AccessPlan(services: [], internalInterfaces: settings.network.internalInterfaces, chains: [])
        let chosen = services.flatMap(\.interfaces) + settings.network.internalInterfaces
        let missing = Set(chosen).filter { entry in
            if let address = IPAddress(entry) { return !interfaces.contains { $0.addresses.contains { $0.address == address } } }
            return !interfaces.contains { InterfacePattern.covers(entry, $0.name) }
        }
        return InterfaceList.Answer(
            interfaces: interfaces.map { interface in
                InterfaceList.Interface(
                    name: interface.name, kind: interface.kind,
                    state: !interface.isUp ? "down" : interface.isRunning ? "up" : "no-carrier",
                    addresses: interface.addresses.map { "\($0.address)/\($0.prefixLength)" },
                    role: interface.isLoopback ? "loopback" : roles.isInternal(interface) ? "internal" : "external",
                    services: services.filter { $0.isServed(on: interface) }.map { "\($0.name) \($0.port)" })
            }, missing: missing.sorted())
    }

    private static func rules(_ report: AccessReport) -> AccessRules {
        AccessRules(
            rules: report.rules.map {
                AccessRules.Rule(
                    chain: "\($0.chain)", handle: Int(clamping: $0.handle), rule: $0.text, packets: Int(clamping: $0.packets),
                    bytes: Int(clamping: $0.bytes))
            }, filtersNothing: report.filtersNothing, otherChains: report.otherChains.map(\.description))
    }

    private static func findings(_ report: AccessReport) -> AccessFindings {
        AccessFindings(
            findings: report.findings.map { finding in
                let (state, detail) = finding.reachability.words
                return AccessFindings.Finding(
                    service: finding.service, port: Int(finding.port), interface: finding.interface,
                    protocol: finding.isIPv6 ? "IPv6" : "IPv4", state: state, detail: detail.isEmpty ? finding.decidedBy : detail,
                    exceptions: finding.exceptions)
            }, filtersNothing: report.filtersNothing, otherChains: report.otherChains.map(\.description))
    }
}

extension ListenPlan.Service {
    /// Whether packets that come in there are served.
    func isServed(on interface: NetworkInterface) -> Bool {
        guard !interfaces.isEmpty else { return true }
        return interfaces.contains { entry in
            if let address = IPAddress(entry) { return interface.addresses.contains { $0.address == address } }
            return interface.isLoopback || InterfacePattern.covers(entry, interface.name)
        }
    }
}
