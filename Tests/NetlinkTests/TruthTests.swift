import MailCore
import Testing

@testable import Netlink

/// Whether port 25 is reached from the LAN, by rules as a gateway may have them, read back from the kernel.
@Suite(.enabled(if: Namespace.isPossible, "needs root, ip and nft"))
struct TruthTests {
    static func input(_ rules: String, policy: String = "drop", family: String = "inet", chain: String = "filter input", priority: Int = 0)
        -> String
    {
        let names = chain.split(separator: " ")
        return """
            table \(family) \(names[0]) { chain \(names[1]) { type filter hook input priority \(priority); policy \(policy);
            \(rules)
            }
            }

            """
    }

    static let lan = NetworkInterface(
        name: "lan0", index: 3, kind: "veth",
        addresses: [AccessPlanTests.address("192.168.50.1", 24), AccessPlanTests.address("fd00:50::1", 64)])

    static func findings(
        _ rules: String, holding plan: AccessPlan? = AccessPlanTests.plan(["lan0"]), afterwards: String = ""
    ) throws -> [String] {
        try Namespace.run(rules) {
            let firewall = try Firewall()
            if let plan { try firewall.perform(AccessSteps(plan, on: [lan], from: try firewall.readForAccess())) }
            if !afterwards.isEmpty { try Namespace.nft(afterwards) }
            let asked = plan ?? AccessPlanTests.plan(["lan0"])
            let report = AccessReport(asked, on: [lan], in: try firewall.readForCheck())
            return report.findings.filter { $0.port == 25 }.map { finding in
                let exceptions = finding.exceptions.map { ", except \($0)" }.joined()
                return (finding.isIPv6 ? "6 " : "4 ") + finding.reachability.description.withoutHandle + exceptions.withoutHandle
            }
        }
    }

    static let both = ["4 open", "6 open"]

    @Test(arguments: [
        // The usual gateway.
        (input("ct state vmap { established : accept, related : accept, invalid : drop }\niif lo accept"), both),
        (input("ct state established,related accept\nct state invalid drop\ntcp dport { 22, 80 } drop"), both),
        (input("tcp dport 1-24 drop\ntcp dport { 26-100, 200-300 } drop\niifname \"wan*\" drop"), both),
        (input("meta l4proto udp drop\nmeta nfproto ipv4 tcp dport 22 drop\nct state != new accept"), both),
        (input("ip daddr 224.0.0.0/4 drop\nip6 daddr ff00::/8 drop"), both),
        (input("jump services\n}\nchain services {\ntcp dport 22 accept\nreturn"), both),
        (input("", policy: "accept"), both),
        // Something before ours takes the port.
        (
            input("tcp dport 25 drop"),
            ["4 shadowed by inet filter input rule tcp dport 25 drop", "6 shadowed by inet filter input rule tcp dport 25 drop"]
        ),
        (
            input("ip6 saddr fd00::/16 tcp dport { 25, 80 } counter reject"),
            ["4 open", "6 open, except inet filter input rule ip6 saddr fd00::/16 tcp dport { 25, 80 } counter reject"]
        ),
        (
            input("meta nfproto ipv6 drop"), ["4 open", "6 shadowed by inet filter input rule meta nfproto ipv6 drop"]
        ),
        // Another base chain has a say.
        (
            input("") + input("tcp dport 25 drop", policy: "accept", chain: "guard in", priority: 10),
            ["4 shadowed by inet guard in rule tcp dport 25 drop", "6 shadowed by inet guard in rule tcp dport 25 drop"]
        ),
        (
            input("") + input("", policy: "drop", family: "ip6", chain: "six in", priority: -5),
            ["4 open", "6 shadowed by ip6 six in policy drop"]
        ),
        // Some peers are turned away.
        (
            input("ip saddr 198.51.100.0/24 drop"),
            ["4 open, except inet filter input rule ip saddr 198.51.100.0/24 drop", "6 open"]
        ),
        ("table inet filter {\nset bad { type ipv4_addr; }\n}\n" + input("ip saddr @bad drop"), both),
        (
            "table inet filter {\nset bad { type ipv4_addr; elements = { 192.0.2.7 }; }\n}\n" + input("ip saddr @bad drop"),
            ["4 open, except inet filter input rule ip saddr @bad drop", "6 open"]
        ),
        (
            input("limit rate over 10/second drop"),
            [
                "4 open, except inet filter input rule <limit> drop",
                "6 open, except inet filter input rule <limit> drop",
            ]
        ),
        // Nobody can say.
        (
            input("tcp flags & (fin|syn) == fin|syn drop"),
            [
                "4 cannot be known: inet filter input rule meta l4proto tcp @th,104,8 & … 0x03 drop",
                "6 cannot be known: inet filter input rule meta l4proto tcp @th,104,8 & … 0x03 drop",
            ]
        ),
    ])
    func judged(rules: String, golden: [String]) throws { #expect(try Self.findings(rules) == golden) }

    @Test func withoutOurRulesThePortIsMissing() throws {
        #expect(try Self.findings(Self.input(""), holding: nil) == ["4 missing", "6 missing"])
        #expect(try Self.findings(Self.input(""), afterwards: "flush chain inet filter postern_access") == ["4 missing", "6 missing"])
        #expect(try Self.findings(Self.input("drop"), holding: nil) == ["4 missing", "6 missing"])
    }

    /// An IPv4-only chain with an IPv6 drop elsewhere.
    @Test func aChainOfOneProtocolOpensOne() throws {
        let rules = Self.input("", family: "ip", chain: "filter INPUT") + Self.input("", family: "ip6", chain: "filter INPUT")
        #expect(try Self.findings(rules, holding: AccessPlanTests.plan(["lan0"], chains: ["ip filter INPUT"])) == ["4 open", "6 missing"])
        let chains = ["ip filter INPUT", "ip6 filter INPUT"]
        #expect(try Self.findings(rules, holding: AccessPlanTests.plan(["lan0"], chains: chains)) == Self.both)
    }
}

extension String {
    /// Handles depend on how the rules came about.
    fileprivate var withoutHandle: String { replacing(#/ \(handle \d+\)/#, with: "") }
}
