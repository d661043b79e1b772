/// `interfaces`
public struct InterfaceList: AdminOperation {
    public static let spec = OperationSpec(
        "interfaces", .get, "/api/interfaces", "Lists the gateway's network interfaces, and what listens on each.")
    public enum CodingKeys: CodingKey, CaseIterable {}

    public struct Answer: Codable, Sendable {
        public var interfaces: [Interface]
        /// Chosen in the settings, and not there now: they are served when they come.
        public var missing: [String]

        public init(interfaces: [Interface], missing: [String]) {
            self.interfaces = interfaces
            self.missing = missing
        }
    }

    public struct Interface: Codable, Sendable {
        public var name: String
        /// `ethernet`, `veth`, `bridge`, `ppp` …, as the kernel calls it.
        public var kind: String
        /// `up`, `no-carrier` or `down`.
        public var state: String
        /// With their prefix's length: `192.0.2.1/24`.
        public var addresses: [String]
        /// `internal`, `external` or `loopback`.
        public var role: String
        /// Services with their ports: `smtp 25`.
        public var services: [String]

        public init(name: String, kind: String, state: String, addresses: [String], role: String, services: [String]) {
            self.name = name
            self.kind = kind
            self.state = state
            self.addresses = addresses
            self.role = role
            self.services = services
        }
    }

    public init() {}
}

/// The rules of ours that the kernel has, with their counters. F6
public struct AccessRules: Codable, Sendable {
    public struct Rule: Codable, Sendable {
        /// `inet filter postern_access`.
        public var chain: String
        /// The kernel's number of the rule in its chain.
        public var handle: Int
        /// In nft's syntax.
        public var rule: String
        public var packets: Int
        public var bytes: Int

        public init(chain: String, handle: Int, rule: String, packets: Int, bytes: Int) {
            self.chain = chain
            self.handle = handle
            self.rule = rule
            self.packets = packets
            self.bytes = bytes
        }
    }

    public var rules: [Rule]
    /// None of the configured input chains exists, and no other one filters.
    public var filtersNothing: Bool
    /// Input chains that filter although none of the configured ones exists.
    public var otherChains: [String]

    public init(rules: [Rule], filtersNothing: Bool, otherChains: [String]) {
        self.rules = rules
        self.filtersNothing = filtersNothing
        self.otherChains = otherChains
    }
}

/// Whether ports are reached, judged by every rule that the kernel has.
public struct AccessFindings: Codable, Sendable {
    public struct Finding: Codable, Sendable {
        /// Empty for a port of nobody's.
        public var service: String
        public var port: Int
        public var interface: String
        /// `IPv4` or `IPv6`.
        public var `protocol`: String
        /// `open`, `missing`, `shadowed` or `unknown`.
        public var state: String
        /// What shadows it, or why nothing is known; else the rule or policy that decided.
        public var detail: String
        /// Rules that turn some peers away before.
        public var exceptions: [String]

        public init(
            service: String, port: Int, interface: String, protocol: String, state: String, detail: String, exceptions: [String]
        ) {
            self.service = service
            self.port = port
            self.interface = interface
            self.protocol = `protocol`
            self.state = state
            self.detail = detail
            self.exceptions = exceptions
        }
    }

    public var findings: [Finding]
    /// None of the configured input chains exists, and no other one filters.
    public var filtersNothing: Bool
    /// Input chains that filter although none of the configured ones exists.
    public var otherChains: [String]

    public init(findings: [Finding], filtersNothing: Bool, otherChains: [String]) {
        self.findings = findings
        self.filtersNothing = filtersNothing
        self.otherChains = otherChains
    }
}

/// `access list`
public struct AccessList: AdminOperation {
    public static let spec = OperationSpec(
        "access list", .get, "/api/access", "Lists the permitting rules as the firewall has them now, with their counters.")
    public enum CodingKeys: CodingKey, CaseIterable {}
    public typealias Answer = AccessRules

    public init() {}
}

/// `access check`
public struct AccessCheck: AdminOperation {
    public static let spec = OperationSpec(
        "access check", .get, "/api/access/check", "Checks for every permitted port whether the firewall really lets it through.")
    public enum CodingKeys: CodingKey, CaseIterable {}
    public typealias Answer = AccessFindings

    public init() {}
}

/// `access explain PORT`
public struct AccessExplain: AdminOperation {
    public static let spec = OperationSpec(
        "access explain", .get, "/api/access/explain/{port}", "Tells for each interface which rule decides about connections to a port.")
    public enum CodingKeys: CodingKey, CaseIterable { case port }
    public typealias Answer = AccessFindings

    /// In decimal digits, for it stands in the path.
    public var port: String

    public init(port: String) { self.port = port }
}
