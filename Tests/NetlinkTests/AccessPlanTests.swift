import MailCore
import Testing

@testable import Netlink

/// Which permits follow from a plan, a scope and the interfaces that there are.
struct AccessPlanTests {
    static let gateway = [
        NetworkInterface(name: "lo", index: 1, kind: "loopback", isLoopback: true),
        NetworkInterface(name: "wan0", index: 2, kind: "veth", addresses: [address("203.0.113.1", 24)], hasDefaultRoute: true),
        NetworkInterface(name: "lan0", index: 3, kind: "veth", addresses: [address("192.168.50.1", 24), address("fd00:50::1", 64)]),
        NetworkInterface(name: "ppp0", index: 4, kind: "ppp"),
    ]

    static func address(_ text: String, _ prefix: Int) -> NetworkInterface.Address {
        NetworkInterface.Address(IPAddress(text) ?? IPAddress(octets: [0, 0, 0, 0])!, prefixLength: prefix)
    }

    static func plan(
        _ interfaces: [String] = [], scope: AccessPlan.Scope = .internal, internal: [String] = [], position: AccessPlan.Position = .last,
        chains: [String] = ["inet filter input"]
    ) -> AccessPlan {
        AccessPlan(
            services: [.init("smtp", ports: [587, 25], interfaces: interfaces), .init("imap", ports: [143], interfaces: interfaces)],
            scope: scope, internalInterfaces: `internal`, chains: chains.compactMap { ChainName($0) }, position: position)
    }

    static func golden(_ plan: AccessPlan, in chain: String = "inet filter input") -> [String] {
        let chain = ChainName(chain)!
        return plan.permits(on: gateway).filter { $0.service == "smtp" }.flatMap { PermitRules.rules(for: $0, in: chain) }.map(
            \.description)
    }

    static let tail = "ct state new counter accept comment \"postern: smtp\""

    @Test(arguments: [
        // Everything that is not the way to the world is internal, unless it is said what is.
        (plan(), ["iifname { \"lan0\", \"ppp0\" } tcp dport { 25, 587 } \(tail)"]),
        (plan(scope: .all), ["tcp dport { 25, 587 } \(tail)"]),
        (plan(internal: ["lan0"]), ["iifname \"lan0\" tcp dport { 25, 587 } \(tail)"]),
        (plan(internal: ["wan0", "lan9"]), ["iifname { \"lan9\", \"wan0\" } tcp dport { 25, 587 } \(tail)"]),
        // Chosen interfaces: those of them that are in the scope.
        (plan(["lan0", "wan0"]), ["iifname \"lan0\" tcp dport { 25, 587 } \(tail)"]),
        (plan(["wan0"]), []),
        (plan(["wan0"], scope: .all), ["iifname \"wan0\" tcp dport { 25, 587 } \(tail)"]),
        (plan(["lan7"], scope: .all), ["iifname \"lan7\" tcp dport { 25, 587 } \(tail)"]),
        // A pattern has a rule of its own, and meets the names that it covers.
        (
            plan(["ppp*", "lan0"], scope: .all),
            ["iifname \"lan0\" tcp dport { 25, 587 } \(tail)", "iifname \"ppp*\" tcp dport { 25, 587 } \(tail)"]
        ),
        (plan(["ppp*"]), ["iifname \"ppp0\" tcp dport { 25, 587 } \(tail)"]),
        (plan(["ppp0"], internal: ["ppp*"]), ["iifname \"ppp0\" tcp dport { 25, 587 } \(tail)"]),
        // An address stands for the interface that has it.
        (plan(["192.168.50.1"]), ["iifname \"lan0\" tcp dport { 25, 587 } \(tail)"]),
        (plan(["203.0.113.1"]), []),
        (plan(["198.51.100.7"], scope: .all), []),
        (plan(["127.0.0.1"], scope: .all), []),
    ])
    func rules(plan: AccessPlan, golden: [String]) { #expect(Self.golden(plan) == golden) }

    /// iptables can show rules of one port and one interface only.
    @Test func rulesThatIPTablesShows() {
        #expect(
            Self.golden(Self.plan(["lan0", "wan0"], scope: .all), in: "ip filter INPUT") == [
                "iifname \"lan0\" tcp dport 25 counter accept comment \"postern: smtp\"",
                "iifname \"lan0\" tcp dport 587 counter accept comment \"postern: smtp\"",
                "iifname \"wan0\" tcp dport 25 counter accept comment \"postern: smtp\"",
                "iifname \"wan0\" tcp dport 587 counter accept comment \"postern: smtp\"",
            ])
    }

    @Test(arguments: [
        ("lan0", true), ("ppp*", true), ("br-lan.100", true), ("*", true), ("", false), ("a b", false), ("a/b", false), ("a:1", false),
        ("a*b", false), ("0123456789abcdef", false), ("..", false), ("a\"", false), ("ä0", false),
    ])
    func names(text: String, isValid: Bool) { #expect(InterfacePattern.isValid(text) == isValid) }

    @Test(arguments: [
        ("inet filter input", "inet filter input"), (" ip6  filter INPUT ", "ip6 filter INPUT"), ("inet filter", nil),
        ("foo filter input", nil),
        ("inet filter input x", nil), ("inet fil\"ter input", nil),
    ])
    func chains(text: String, golden: String?) { #expect(ChainName(text)?.description == golden) }
}
