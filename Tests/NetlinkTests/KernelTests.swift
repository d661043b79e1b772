import Glibc
import MailCore
import Testing

@testable import Netlink

/// What the kernel makes of our messages, and nft of the kernel's rules, in networks of our own.
@Suite(.enabled(if: Namespace.isPossible, "needs root, ip and nft"))
struct KernelTests {
    static let gatewayRules = """
        table inet filter {
          chain input {
            type filter hook input priority filter; policy drop;
            ct state vmap { established : accept, related : accept, invalid : drop }
            iif "lo" accept
            iifname "lan0" tcp dport 22 accept
            limit rate 5/second log prefix "gw-drop " level info
          }
          chain forward { type filter hook forward priority filter; policy drop; }
        }
        """

    /// Does what the plan asks, twice: the second time there is nothing to do.
    static func hold(_ plan: AccessPlan?, on interfaces: [NetworkInterface] = AccessPlanTests.gateway) throws -> [Bool] {
        let firewall = try Firewall()
        return try (0..<2).map { _ in
            let steps = AccessSteps(plan, on: interfaces, from: try firewall.readForAccess())
            try firewall.perform(steps)
            return steps.isNothing
        }
    }

    /// The kernel prints the rules as we describe them.
    @Test func theKernelPrintsWhatWeWrote() throws {
        let plan = AccessPlanTests.plan(["lan0", "wan0", "ppp*"], scope: .all)
        let (own, input) = try Namespace.run(Self.gatewayRules) {
            #expect(try Self.hold(plan) == [false, true])
            return (try Namespace.listing("inet filter postern_access"), try Namespace.listing("inet filter input"))
        }
        let chain = ChainName("inet filter input")!
        #expect(
            own
                == plan.permits(on: AccessPlanTests.gateway).flatMap { PermitRules.rules(for: $0, in: chain) }.map(\.description))
        #expect(input.last == PermitRules.jump().description)
        #expect(input.count == 5)
    }

    /// Directly before the first unconditional end, or at the beginning.
    @Test(arguments: [(AccessPlan.Position.last, 2), (.first, 0)])
    func theJumpHasItsPlace(position: AccessPlan.Position, place: Int) throws {
        let rules = """
            table inet filter {
              chain input {
                type filter hook input priority filter; policy accept;
                ct state invalid drop
                ip saddr 198.51.100.0/24 drop
                counter reject
                tcp dport 7 accept
              }
            }
            """
        let input = try Namespace.run(rules) {
            #expect(try Self.hold(AccessPlanTests.plan(position: position)) == [false, true])
            return try Namespace.listing("inet filter input")
        }
        #expect(input.firstIndex(of: PermitRules.jump().description) == place)
        #expect(input.count == 5)
    }

    /// Doubled by a saved ruleset, moved, emptied: put right in one step. Taken away again, nothing is left.
    @Test(arguments: [
        "add rule inet filter input counter jump postern_access comment \"postern: access\"",
        "flush chain inet filter postern_access",
        "flush chain inet filter input",
        "insert rule inet filter postern_access tcp dport 1 accept",
        "insert rule inet filter input drop",
        "flush ruleset\n\(gatewayRules)",
    ])
    func whatOthersDoIsPutRight(change: String) throws {
        let plan = AccessPlanTests.plan()
        let (before, after, cleared) = try Namespace.run(Self.gatewayRules) {
            _ = try Self.hold(plan)
            let before = try Namespace.listing("inet filter postern_access")
            try Namespace.nft(change)
            #expect(try Self.hold(plan) == [false, true])
            let after = try Namespace.listing("inet filter postern_access")
            #expect(try Self.hold(nil) == [false, true])
            return (before, after, try Namespace.command("/usr/sbin/nft", ["list", "ruleset"]))
        }
        #expect(before == after)
        #expect(!cleared.contains("postern"))
    }

    /// Foreign rules are the same, octet for octet, after we came and went.
    @Test func foreignRulesStay() throws {
        let (before, after) = try Namespace.run(Self.gatewayRules) {
            let before = try Namespace.command("/usr/sbin/nft", ["-s", "-a", "list", "chain", "inet", "filter", "input"])
            _ = try Self.hold(AccessPlanTests.plan())
            _ = try Self.hold(nil)
            return (before, try Namespace.command("/usr/sbin/nft", ["-s", "-a", "list", "chain", "inet", "filter", "input"]))
        }
        #expect(before == after)
    }

    /// A gateway with thousands of VLANs: more names than one message holds, and a batch that is larger than a socket's usual room.
    @Test func thousandsOfInterfaces() throws {
        let services = (1...7).map { AccessPlan.Service("service-\($0)", ports: [UInt16($0)]) }
        let plan = AccessPlan(services: services, chains: [ChainName("inet filter input")!])
        let interfaces = (1...4094).map { NetworkInterface(name: "lan0.\($0)", index: $0, kind: "vlan") }
        let rules = try Namespace.run(Self.gatewayRules) {
            #expect(try Self.hold(plan, on: interfaces) == [false, true])
            return try Namespace.listing("inet filter postern_access")
        }
        // nft breaks a long set into lines.
        for name in ["\"lan0.1\"", "\"lan0.2345\"", "\"lan0.4094\"", "accept comment"] {
            #expect(rules.count { $0.contains(name) } == 7, "\(name)")
        }
    }

    @Test func withoutATableNothingIsMade() throws {
        var plan = AccessPlanTests.plan()
        let nothing = try Namespace.run { [plan] in
            #expect(try Self.hold(plan) == [true, true])
            return AccessReport(plan, on: AccessPlanTests.gateway, in: try Firewall().readForCheck())
        }
        #expect(nothing.filtersNothing && nothing.rules.isEmpty)
        #expect(!nothing.findings.isEmpty && nothing.findings.allSatisfy { $0.reachability == .open })
        plan.makesChains = true
        let made = try Namespace.run { [plan] in
            #expect(try Self.hold(plan) == [false, true])
            return try Namespace.listing("inet filter input")
        }
        #expect(made == [PermitRules.jump().description])
    }

    /// Rules of others are told of in the words in which their owner wrote them.
    @Test(arguments: [
        "tcp dport 25 drop", "tcp dport != 25 drop", "tcp dport 20-30 drop", "tcp dport != 20-30 drop", "tcp dport { 25, 143 } drop",
        "tcp dport >= 1024 drop", "tcp dport @ports drop", "tcp dport vmap { 24 : accept, 25 : drop }", "ip saddr 198.51.100.7 drop",
        "ip saddr 198.51.100.0/24 drop", "ip saddr 198.51.100.128/25 drop", "ip daddr != 192.0.2.0/23 drop", "ip saddr @bans drop",
        "ip6 saddr 2001:db8::1 drop", "ip6 saddr 2001:db8::/32 drop", "ip6 daddr 2001:db8::/33 drop", "iifname \"wan*\" accept",
        "iifname { \"lan0\", \"wan0\" } ct state established,related counter accept", "meta nfproto ipv6 tcp dport 25 drop",
        "ip saddr 10.0.0.0/8 tcp dport 25 counter accept comment \"theirs\"", "meta l4proto ipv6-icmp accept", "jump strict",
    ])
    func foreignRulesAreTold(rule: String) throws {
        let rules = """
            table inet filter {
              set ports { type inet_service; elements = { 25 }; }
              set bans { type ipv4_addr; }
              chain strict { drop; }
              chain input { type filter hook input priority 0; \(rule); }
            }
            """
        let (told, listed) = try Namespace.run(rules) {
            let input = ChainName("inet filter input")!
            return (try Firewall().readForCheck().rules(of: input).map(\.description), try Namespace.listing("inet filter input"))
        }
        #expect(told == listed)
    }

    /// Nothing can be permitted where it would count, and somebody else filters: that is no gateway that filters nothing.
    @Test(arguments: [
        ("ip filter", "type filter hook input priority 0; policy drop", ["ip filter INPUT"]),
        ("inet late", "type filter hook input priority 5; tcp dport 7 drop", ["inet late INPUT"]),
        ("inet open", "type filter hook input priority 5", []), ("inet out", "type filter hook output priority 0; policy drop", []),
        ("inet nat", "type nat hook input priority 100; counter", []),
    ])
    func whoFiltersInstead(table: String, chain: String, golden: [String]) throws {
        let report = try Namespace.run("table \(table) { chain INPUT { \(chain); }; }") {
            AccessReport(AccessPlanTests.plan(), on: AccessPlanTests.gateway, in: try Firewall().readForCheck())
        }
        #expect(report.otherChains.map(\.description) == golden)
        #expect(report.filtersNothing == golden.isEmpty)
    }

    /// A batch that the kernel refuses leaves nothing behind.
    @Test func aTransactionIsAllOrNothing() throws {
        let (refusal, chains) = try Namespace.run(Self.gatewayRules) {
            let firewall = try Firewall()
            var refusal: NetlinkError?
            do throws(NetlinkError) {
                try firewall.transact([
                    .makeChain(ChainName("inet filter mine")!), .deleteRule(ChainName("inet filter input")!, handle: 4711),
                    .makeChain(ChainName("inet filter yours")!),
                ])
            } catch { refusal = error }
            return (refusal, try firewall.readForAccess().chains.map(\.name.chain))
        }
        #expect(refusal?.isAbsence == true)
        #expect(chains == ["input", "forward"])
    }

    @Test func interfacesAreTold() throws {
        let (all, changed) = try Namespace.run {
            let links = try Links()
            try Namespace.command("/sbin/ip", ["link", "add", "lan0.1", "type", "veth", "peer", "name", "br-x"])
            try Namespace.command("/sbin/ip", ["addr", "add", "192.0.2.1/24", "dev", "lan0.1"])
            try Namespace.command("/sbin/ip", ["link", "set", "lan0.1", "up"])
            try Namespace.command("/sbin/ip", ["link", "set", "br-x", "up"])
            try Namespace.command("/sbin/ip", ["route", "add", "default", "via", "192.0.2.2"])
            let changed = links.takeEvents()
            // Whether a carrier is there the kernel tells a moment later.
            var all = try links.read()
            for _ in 0..<100 where all.first(where: { $0.name == "lan0.1" })?.isRunning == false {
                var waiting = pollfd(fd: links.eventDescriptor, events: Int16(POLLIN), revents: 0)
                poll(&waiting, 1, 100)
                _ = links.takeEvents()
                all = try links.read()
            }
            return (all, changed)
        }
        let lan = try #require(all.first { $0.name == "lan0.1" })
        #expect(changed)
        #expect(lan.kind == "veth" && lan.isUp && lan.isRunning && lan.hasDefaultRoute && !lan.isLoopback)
        #expect(lan.addresses.contains(AccessPlanTests.address("192.0.2.1", 24)))
        let other = try #require(all.first { $0.name == "br-x" })
        #expect(!other.hasDefaultRoute)
        #expect(all.first { $0.name == "lo" }?.isLoopback == true)
    }

    @Test func eventsWakeUp() throws {
        let isWoken = try Namespace.run(Self.gatewayRules) {
            let firewall = try Firewall()
            let before = try firewall.generation()
            try Namespace.nft("flush ruleset")
            var waiting = pollfd(fd: firewall.eventDescriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&waiting, 1, 1000)
            firewall.takeEvents()
            let after = try firewall.generation()
            return count == 1 && before != after
        }
        #expect(isWoken)
    }
}
