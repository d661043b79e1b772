import Connections
import MailCore
import MailSettings
import Netlink
import Testing

@testable import posternd

/// Where we listen is a function of the settings, and so is the way from one plan to the next.
struct ListenPlanTests {
    /// Services beside the oldest are off unless they are switched on.
    static func settings(_ values: [String: String]) throws -> Settings {
        let off = Dictionary(uniqueKeysWithValues: ["submission", "smtps", "imaps", "pop3s"].map { ("\($0).enabled", "false") })
        return try Settings.defaults.overriding(off.merging(values) { _, given in given })
    }

    static func plan(_ values: [String: String]) throws -> ListenPlan { .wanted(try settings(values)) }

    static func interface(_ name: String, _ index: Int, _ addresses: String..., isLoopback: Bool = false) -> NetworkInterface {
        NetworkInterface(
            name: name, index: index, kind: "veth", isLoopback: isLoopback,
            addresses: addresses.compactMap { IPAddress($0).map { .init($0, prefixLength: 24) } })
    }

    static let gateway = [
        interface("lo", 1, "127.0.0.1", "::1", isLoopback: true), interface("lan0", 2, "192.168.50.1"), interface("wan0", 3, "203.0.113.1"),
        interface("ppp0", 4),
    ]

    static func shown(_ entries: some Collection<ListenPlan.Entry>) -> [String] {
        entries.sorted().map { "\($0.service) \($0.address)" }
    }

    @Test(arguments: [
        ([:], ["imap every address, port 143", "pop3 every address, port 110", "smtp every address, port 25"]),
        (["smtp.port": "2525"], ["imap every address, port 143", "pop3 every address, port 110", "smtp every address, port 2525"]),
        (
            ["smtp.interfaces": "192.0.2.1, ::1", "mailbox.interfaces": "127.0.0.1"],
            ["imap 127.0.0.1:143", "pop3 127.0.0.1:110", "smtp 192.0.2.1:25", "smtp [::1]:25"]
        ),
        (
            [
                "smtps.enabled": "true", "smtp.interfaces": "::1", "imaps.enabled": "true", "imaps.port": "1993", "pop3s.enabled": "true",
                "pop3s.port": "1995",
            ],
            [
                "imap every address, port 143", "imaps every address, port 1993", "pop3 every address, port 110",
                "pop3s every address, port 1995", "smtp [::1]:25", "smtps [::1]:465",
            ]
        ),
        (
            ["mailbox.interfaces": "127.0.0.1", "imap.port": "2143", "pop3.port": "2110"],
            ["imap 127.0.0.1:2143", "pop3 127.0.0.1:2110", "smtp every address, port 25"]
        ),
    ])
    func wanted(values: [String: String], golden: [String]) throws {
        #expect(Self.shown(try Self.plan(values).entries) == golden)
    }

    /// Names and patterns are those interfaces that are there, beside loopback; one address among them means its interface.
    @Test(arguments: [
        ("lan0", ["lan0", "lo"]), ("ppp*, lan0", ["lan0", "lo", "ppp0"]), ("lan7", ["lo"]), ("lan7, 203.0.113.1", ["lo", "wan0"]),
        ("lan0, 192.168.50.1", ["lan0", "lo"]), ("lo", ["lo"]),
    ])
    func interfaces(chosen: String, golden: [String]) throws {
        let plan = ListenPlan.wanted(try Settings.defaults.overriding(["smtp.interfaces": chosen]), on: Self.gateway)
        #expect(Self.shown(plan.entries.filter { $0.service == "smtp" }) == golden.map { "smtp interface \($0), port 25" })
    }

    /// An interface that is made again has another number: the old socket, which hears nothing any more, goes first.
    @Test func anInterfaceIsMadeAgain() throws {
        let settings = try Self.settings(["smtp.interfaces": "lan0"])
        let again = [Self.gateway[0], Self.interface("lan0", 9)]
        let steps = ListenPlan.wanted(settings, on: Self.gateway).steps(to: .wanted(settings, on: again))
        #expect(Self.shown(steps.closeFirst) == ["smtp interface lan0, port 25"])
        #expect(steps.closeFirst.map(\.interfaceIndex) == [2])
        #expect(steps.bind.map(\.interfaceIndex) == [9])
        #expect(steps.closeLast.isEmpty)
    }

    /// An interface with another name is the same one: two sockets of one port cannot both be bound to it.
    @Test func anInterfaceIsRenamed() throws {
        let settings = try Self.settings(["smtp.interfaces": "ppp*"])
        let renamed = [Self.gateway[0], Self.interface("ppp7", 4)]
        let steps = ListenPlan.wanted(settings, on: Self.gateway).steps(to: .wanted(settings, on: renamed))
        #expect(Self.shown(steps.closeFirst) == ["smtp interface ppp0, port 25"])
        #expect(Self.shown(steps.bind) == ["smtp interface ppp7, port 25"])
    }

    /// Loopback stays open beside single addresses too, unless it is among them.
    @Test(arguments: [
        ("203.0.113.1", ["127.0.0.1:25", "203.0.113.1:25", "[::1]:25"]), ("192.0.2.7", ["127.0.0.1:25", "192.0.2.7:25", "[::1]:25"]),
        ("127.0.0.1", ["127.0.0.1:25"]),
    ])
    func addresses(chosen: String, golden: [String]) throws {
        let plan = ListenPlan.wanted(try Settings.defaults.overriding(["smtp.interfaces": chosen]), on: Self.gateway)
        #expect(Self.shown(plan.entries.filter { $0.service == "smtp" }) == golden.map { "smtp \($0)" })
    }

    @Test func socketsHaveNames() throws {
        let chosen = ListenPlan.wanted(try Self.settings(["smtp.interfaces": "lan0"]), on: Self.gateway)
        #expect(chosen.entries.map(\.socketName).sorted() == ["imap-143", "pop3-110", "smtp-25@lan0.2", "smtp-25@lo.1"])
        let single = ListenPlan.wanted(try Self.settings(["smtp.interfaces": "::1"]), on: Self.gateway)
        #expect(single.entries.map(\.socketName).sorted() == ["imap-143", "pop3-110", "smtp-25@__1"])
    }

    /// `[::]:p` and `127.0.0.1:p` exclude each other: what is in the way goes first, everything else only after the new one is there.
    @Test(arguments: [
        ([:], [:], [], [], []),
        ([:], ["smtp.port": "26"], [], ["smtp every address, port 26"], ["smtp every address, port 25"]),
        ([:], ["smtp.interfaces": "127.0.0.1"], ["smtp every address, port 25"], ["smtp 127.0.0.1:25"], []),
        (
            ["smtp.interfaces": "127.0.0.1, 192.0.2.1"], ["smtp.interfaces": "192.0.2.1, 192.0.2.2"], [], ["smtp 192.0.2.2:25"],
            ["smtp 127.0.0.1:25"]
        ),
        (
            ["smtp.port": "1025", "imap.port": "1143"], ["smtp.port": "1143", "imap.port": "1025"],
            ["imap every address, port 1143", "smtp every address, port 1025"],
            ["imap every address, port 1025", "smtp every address, port 1143"], []
        ),
    ])
    func steps(
        from old: [String: String], to new: [String: String], closeFirst: [String], bind: [String], closeLast: [String]
    ) throws {
        let steps = try Self.plan(old).steps(to: try Self.plan(new))
        #expect(Self.shown(steps.closeFirst) == closeFirst)
        #expect(Self.shown(steps.bind) == bind)
        #expect(Self.shown(steps.closeLast) == closeLast)
    }
}
