internal import MailCore
public import Netlink

extension AccessPlan.Scope: SettingValue {}
extension AccessPlan.Position: SettingValue {}

/// What the gateway's interfaces mean to us.
public struct NetworkSettings: SettingsGroup {
    public let internalInterfaces = Setting(
        "network.internal-interfaces", [], .interfaces,
        "Interfaces that lead inside, names or patterns such as ppp*; an empty list means every one without a default route.",
        takesEffect: .live)

    public init() {}
}

/// F5. The permits that we keep in the appliance's own firewall.
public struct FirewallSettings: SettingsGroup {
    public let autoPermit = Setting(
        "firewall.auto-permit", false, "Whether the firewall is opened for the mail ports that are in use.", takesEffect: .live)
    public let scope = Setting(
        "firewall.scope", AccessPlan.Scope.internal,
        "From where the permitted ports may be reached: through internal interfaces only, or through all.", takesEffect: .live)
    public let chain = Setting(
        "firewall.chain", ["inet filter input"], .chains,
        "The appliance's own input chains, each as family, table and chain; a permit has to stand in these to count.", takesEffect: .live)
    /// Behind the appliance's own drops (invalid packets, block lists, bans), which must keep their say.
    public let position = Setting(
        "firewall.position", AccessPlan.Position.last,
        "Where the permits stand: directly before the first rule that ends everything (last), or before all others (first).",
        takesEffect: .live)
    public let createChain = Setting(
        "firewall.create-chain", false,
        "Whether an input chain that does not exist is made, empty and open. Without it, a gateway that filters nothing stays so.",
        takesEffect: .live)

    public init() {}
}

extension SettingRule where Value == [String] {
    /// Names of interfaces and patterns.
    static var interfaces: SettingRule { .each("interface names, or their beginnings with a star") { InterfacePattern.isValid($0) } }

    /// Where a service listens: interfaces, and single addresses.
    static var interfacesAndAddresses: SettingRule {
        .each("interface names, their beginnings with a star, and IP addresses") { IPAddress($0) != nil || InterfacePattern.isValid($0) }
    }

    /// Chains that packets to the machine come through.
    fileprivate static var chains: SettingRule {
        .each("input chains such as inet filter input", atMost: 16) { text in
            ChainName(text).map { [.inet, .ip, .ip6].contains($0.table.family) } ?? false
        }
    }
}
