import MailCore
import Netlink

/// Any octets are a datagram of the kernel's: as rules they can be written down, judged and changed, as links they can be listed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNetlink(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    let messages = NetlinkMessage.all(in: octets)
    precondition(messages.count <= octets.count / 16, "a message is no shorter than its header")

    let interfaces = [NetworkInterface](reading: messages)
    precondition(Set(interfaces.map(\.index)).count == interfaces.count, "each interface is told of once")
    precondition(interfaces.allSatisfy { Set($0.addresses).count == $0.addresses.count }, "each address is told of once")

    _ = messages.map { ListeningSocket($0) }

    let ruleset = Ruleset(reading: messages)
    precondition(ruleset.rules.allSatisfy { $0.expressions.count <= 128 }, "a rule has no more steps than the kernel allows")
    _ = ruleset.rules.map(\.description)
    let plan = AccessPlan(
        services: [.init("smtp", ports: [25, 465])], scope: .all, chains: Array(Set(ruleset.chains.map(\.name)).prefix(4)))
    _ = AccessSteps(plan, on: interfaces, from: ruleset)
    let lan = NetworkInterface(
        name: "lan0", index: 2, kind: "veth",
        addresses: [
            .init(IPAddress("192.168.50.1")!, prefixLength: 24), .init(IPAddress("fd00:50::1")!, prefixLength: 64),
        ])
    let report = AccessReport(plan, on: interfaces + [lan], in: ruleset)
    precondition(report.rules.count <= ruleset.rules.count, "no rule is told of twice")
    _ = AccessReport.explain(25, plan: plan, on: [lan], in: ruleset)
    return 0
}
