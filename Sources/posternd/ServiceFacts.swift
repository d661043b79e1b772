internal import AdminContract
internal import Certificates
internal import Connections
internal import MailCore
internal import MailSettings
internal import Netlink

/// Every service that there is, as an operator sees it.
enum ServiceFacts {
    /// `listening`: where each listens now. `handedOver`: whether systemd gave us that socket. `trouble`: why one does not listen.
    static func all(
        _ settings: Settings, on present: [NetworkInterface], listening: [String: Set<ListenAddress>], connections: [String: Int],
        certificates: [HeldCertificate], at now: Int64, handedOver: (_ service: String, ListenAddress) -> Bool,
        trouble: (_ service: String) -> String?
    ) -> [StatusFacts.Service] {
        let wanted = Dictionary(grouping: ListenPlan.wanted(settings, on: present).entries, by: \.service)
        return ServiceDeclaration.all.map { service in
            let open = listening[service.name] ?? []
            let due = Set((wanted[service.name] ?? []).map(\.address))
            let isOn = service.isEnabled(settings)
            let state =
                !isOn && open.isEmpty
                ? "off" : due.isEmpty ? "waiting" : open.isEmpty ? "closed" : due.isSubset(of: open) ? "listening" : "partly"
            var facts = StatusFacts.Service(
                name: service.name, port: service.port(settings), state: state, addresses: open.map(\.place).sorted(),
                connections: connections[service.name] ?? 0)
            if isOn { facts.trouble = trouble(service.name) }
            if !open.isEmpty { facts.by = open.allSatisfy { handedOver(service.name, $0) } ? "systemd" : "postern" }
            if isOn, let name = service.certificate(settings) {
                facts.certificate = name
                let end = certificates.first { $0.name == name }?.inForce?.validUntil
                facts.certificateDays = end.map { Int(clamping: ($0 - now) / 86_400) - ($0 < now ? 1 : 0) }
            }
            return facts
        }
    }
}

extension ServiceDeclaration {
    /// The certificate that it shows; `nil` when it offers no encryption.
    fileprivate func certificate(_ settings: Settings) -> String? {
        let isImplicit = ["smtps", "imaps", "pop3s"].contains(name)
        guard isImplicit || settings.encryption.mode != .off else { return nil }
        return switch side {
        case .smtp: settings.smtp.certificate
        case .mailbox: settings.mailbox.certificate
        }
    }
}

extension ListenAddress {
    fileprivate var place: String {
        switch self {
        case .all: "every address"
        case .address(let address, _): "\(address)"
        case .interface(let name, _): name
        }
    }
}
