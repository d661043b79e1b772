internal import MailCore

/// What the kernel has of a plan: the permits' rules with their counters, and whether each port is reached through each interface.
public struct AccessReport: Hashable, Sendable {
    public struct Rule: Hashable, Sendable {
        public var chain: ChainName
        public var handle: UInt64
        /// nft's syntax.
        public var text: String
        public var packets: UInt64
        public var bytes: UInt64

        public init(chain: ChainName, handle: UInt64, text: String, packets: UInt64, bytes: UInt64) {
            self.chain = chain
            self.handle = handle
            self.text = text
            self.packets = packets
            self.bytes = bytes
        }
    }

    public struct Finding: Hashable, Sendable {
        public var service: String
        public var port: UInt16
        public var interface: String
        public var isIPv6: Bool
        public var reachability: Reachability
        public var exceptions: [String]
        public var decidedBy: String

        public init(
            service: String, port: UInt16, interface: String, isIPv6: Bool, reachability: Reachability, exceptions: [String],
            decidedBy: String
        ) {
            self.service = service
            self.port = port
            self.interface = interface
            self.isIPv6 = isIPv6
            self.reachability = reachability
            self.exceptions = exceptions
            self.decidedBy = decidedBy
        }
    }

    /// Rules of ours, in the kernel's order.
    public var rules: [Rule]
    /// For each permitted service, port, interface that matches, and protocol.
    public var findings: [Finding]
    /// None of the configured input chains exists, and no other one filters.
    public var filtersNothing: Bool
    /// Input chains that filter although none of the configured ones exists.
    public var otherChains: [ChainName]

    public init(rules: [Rule], findings: [Finding], filtersNothing: Bool, otherChains: [ChainName] = []) {
        self.rules = rules
        self.findings = findings
        self.filtersNothing = filtersNothing
        self.otherChains = otherChains
    }

    /// `plan` is `nil` when no permit is wanted; then only the rules are told.
    public init(_ plan: AccessPlan?, on interfaces: [NetworkInterface], in ruleset: Ruleset) {
        let check = TruthCheck(ruleset, inputs: plan?.chains ?? [])
        rules = ruleset.rules.filter { $0.chain.chain == PermitRules.chain || PermitRules.isOurs($0) }.map { rule in
            Rule(
                chain: rule.chain, handle: rule.handle, text: rule.description, packets: rule.count?.packets ?? 0,
                bytes: rule.count?.bytes ?? 0)
        }
        filtersNothing = check.filtersNothing
        otherChains = plan == nil ? [] : check.otherChains
        findings = (plan?.permits(on: interfaces) ?? []).flatMap { permit in
            Self.findings(permit.service, ports: permit.ports, on: interfaces.filter { permit.holds(on: $0) }, check)
        }
    }

    /// What becomes of connections to `port`, on every interface, permitted or not.
    public static func explain(_ port: UInt16, plan: AccessPlan?, on interfaces: [NetworkInterface], in ruleset: Ruleset) -> [Finding] {
        let service = plan?.services.first { $0.ports.contains(port) }?.name ?? ""
        return findings(
            service, ports: [port], on: interfaces.filter { !$0.isLoopback }, TruthCheck(ruleset, inputs: plan?.chains ?? []))
    }

    private static func findings(_ service: String, ports: [UInt16], on interfaces: [NetworkInterface], _ check: TruthCheck) -> [Finding] {
        ports.flatMap { port in
            interfaces.flatMap { interface in
                ProbePacket.each(to: port, on: interface).map { packet in
                    let found = check.finding(for: packet)
                    return Finding(
                        service: service, port: port, interface: interface.name, isIPv6: packet.destination.isIPv6,
                        reachability: found.reachability, exceptions: found.exceptions, decidedBy: found.decidedBy)
                }
            }
        }
    }
}

extension Permit {
    func holds(on interface: NetworkInterface) -> Bool {
        guard !interface.isLoopback else { return false }
        return interfaces?.contains { InterfacePattern.covers($0, interface.name) } ?? true
    }
}
