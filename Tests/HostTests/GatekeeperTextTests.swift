import Netlink
import Testing

@testable import Host

/// What the daemon and the gatekeeper say to each other comes over as it was meant, and nothing else is understood.
struct GatekeeperTextTests {
    static let plan = AccessPlan(
        services: [.init("smtp", ports: [25, 587], interfaces: ["lan0", "ppp*", "192.0.2.1"]), .init("imap", ports: [143])],
        scope: .all, internalInterfaces: ["lan0"],
        chains: [ChainName(TableName(.inet, "filter"), "input"), ChainName(TableName(.ip6, "filter"), "INPUT")], position: .first,
        makesChains: true)

    static let requests: [GatekeeperRequest] = [
        .hold(plan), .clear, .leave, .report, .explain(port: 25), .prepareMount(major: 8, minor: 17), .regenerateSockets,
        .hold(AccessPlan(services: [], chains: [])),
    ]

    @Test(arguments: requests)
    func requestsComeOver(request: GatekeeperRequest) { #expect(GatekeeperRequest(parsing: Array(request.text.utf8)) == request) }

    @Test func thePlanIsKept() { #expect(AccessPlan(parsing: Array(Self.plan.text.utf8)) == Self.plan) }

    @Test(arguments: [
        "", "\n", "clear", "clear\n", "clear\tx\n\n", "explain\t0\n\n", "explain\t65536\n\n", "explain\t+5\n\n", "prepare-mount\t8\n\n",
        "prepare-mount\t/mnt\t1\n\n", "add rule inet filter input accept\n\n", "hold\nscope\teverything\n\n",
        "hold\nservice\tsmtp\t0\n\n", "hold\nservice\tsmtp\t25,\n\n", "hold\nservice\tsm tp\t25\n\n", "hold\nservice\tsmtp\t25\ta b\n\n",
        "hold\nservice\tsmtp\t25\nservice\tsmtp\t26\n\n", "hold\nchain\tbridge filter input\n\n", "hold\nchain\tinet fil\"ter input\n\n",
        "hold\ninternal\t../x\n\n", "hold\nrule\taccept\n\n", "clear\nclear\n\n",
    ])
    func whatIsNotUnderstood(text: String) { #expect(GatekeeperRequest(parsing: Array(text.utf8)) == nil) }

    static let report = AccessReport(
        rules: [
            .init(
                chain: ChainName(TableName(.inet, "filter"), "postern_access"), handle: 7, text: "tcp dport 25 counter accept", packets: 12,
                bytes: 720)
        ],
        findings: [
            .init(
                service: "smtp", port: 25, interface: "lan0", isIPv6: false, reachability: .open, exceptions: ["a", "b"], decidedBy: "x"),
            .init(service: "smtp", port: 25, interface: "lan0", isIPv6: true, reachability: .missing, exceptions: [], decidedBy: "y"),
            .init(service: "", port: 9, interface: "w", isIPv6: true, reachability: .shadowed(by: "z"), exceptions: [], decidedBy: "z"),
            .init(
                service: "", port: 9, interface: "w", isIPv6: false, reachability: .unknown(because: "q"), exceptions: [], decidedBy: "q"),
        ], filtersNothing: true, otherChains: [ChainName(TableName(.ip, "filter"), "INPUT")])

    static let answers: [GatekeeperAnswer] = [
        .done, .refused("The sentence says why."), .report(report), .report(AccessReport(rules: [], findings: [], filtersNothing: false)),
    ]

    @Test(arguments: answers)
    func answersComeOver(answer: GatekeeperAnswer) { #expect(GatekeeperAnswer(parsing: Array(answer.text.utf8)) == answer) }

    /// A foreign rule's comment may hold anything.
    @Test func controlCharactersAreHarmless() {
        #expect(GatekeeperAnswer.refused("a\tb\n\nok").text == "refused\ta?b??ok\n\n")
    }
}
