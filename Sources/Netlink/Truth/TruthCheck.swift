/// Whether a port can be reached, judged by the rules that the kernel has.
public enum Reachability: Hashable, Sendable, CustomStringConvertible {
    case open
    /// No permit of ours leads there: it is not in the rules, or in none that such packets pass.
    case missing
    /// A permit of ours is there, but something else takes the packets.
    case shadowed(by: String)
    case unknown(because: String)

    public var description: String {
        switch self {
        case .open: "open"
        case .missing: "missing"
        case .shadowed(let place): "shadowed by \(place)"
        case .unknown(let reason): "cannot be known: \(reason)"
        }
    }
}

/// The answer for one packet.
public struct TruthFinding: Hashable, Sendable {
    public var packet: ProbePacket
    public var reachability: Reachability
    /// Rules before ours that drop what some peers send.
    public var exceptions: [String] = []
    /// The rule or policy that decided last.
    public var decidedBy: String
}

/// Follows packets to our ports through every base chain of the input hook, as the kernel would: a packet must be accepted in each.
public struct TruthCheck: Sendable {
    private let chains: [Ruleset.Chain]
    private let rules: [ChainName: [Ruleset.Rule]]
    private let inputs: Set<ChainName>

    /// `inputs`: the chains that our permits hang in.
    public init(_ ruleset: Ruleset, inputs: [ChainName]) {
        chains = ruleset.inputChains
        rules = Dictionary(grouping: ruleset.rules, by: \.chain)
        self.inputs = Set(inputs)
    }

    /// Nothing is filtered: none of the chains that our permits would hang in exists, and no other one turns anybody away.
    public var filtersNothing: Bool { hasNoInput && filtering.isEmpty }

    /// The chains that filter all the same when none of those exists in which our permits would hang.
    public var otherChains: [ChainName] { hasNoInput ? filtering.map(\.name) : [] }

    private var hasNoInput: Bool { !chains.contains { inputs.contains($0.name) } }
    private var filtering: [Ruleset.Chain] {
        chains.filter { $0.type == "filter" && ($0.hook?.dropsByPolicy == true || rules[$0.name]?.isEmpty == false) }
    }

    public func finding(for packet: ProbePacket) -> TruthFinding {
        var exceptions: [String] = []
        var doubt: String?
        var last = "no chain"
        for chain in chains where packet.passes(chain.name.table.family) {
            let ends = Walk.ends(of: packet, in: chain, rules: rules)
            let judgement = Self.judge(ends)
            last = judgement.place ?? "\(chain.name)"
            switch judgement.kind {
            case .accepted: exceptions += judgement.exceptions
            case .lost: doubt = doubt ?? last
            case .dropped:
                return TruthFinding(packet: packet, reachability: blocked(in: chain.name, by: last, packet), decidedBy: last)
            }
        }
        if let doubt {
            return TruthFinding(packet: packet, reachability: .unknown(because: doubt), exceptions: exceptions, decidedBy: doubt)
        }
        return TruthFinding(packet: packet, reachability: .open, exceptions: exceptions, decidedBy: last)
    }

    /// What becomes of the packet for an ordinary peer: rules that match some peers are exceptions; where a rule that we cannot judge
    /// would decide otherwise, nothing is known.
    private static func judge(_ ends: [Walk.End]) -> (kind: Walk.End.Kind, place: String?, exceptions: [String]) {
        guard let sure = ends.last(where: { $0.answer == .yes }) ?? ends.last else { return (.accepted, nil, []) }
        if let other = ends.first(where: { $0.answer == .unknown && $0.kind != sure.kind }) { return (.lost, other.place, []) }
        if sure.answer == .unknown || sure.kind == .lost { return (.lost, sure.place, []) }
        let others = ends.filter { $0.answer == .forSome && $0.kind != sure.kind }
        return (sure.kind, sure.place, sure.kind == .accepted ? others.map(\.place) : [])
    }

    private func blocked(in chain: ChainName, by place: String, _ packet: ProbePacket) -> Reachability {
        let isPermitted = inputs.contains { input in
            packet.passes(input.table.family) && hasJump(input) && permits(packet, in: input.table)
        }
        return isPermitted ? .shadowed(by: place) : .missing
    }

    private func hasJump(_ input: ChainName) -> Bool {
        (rules[input] ?? []).contains { $0.expressions.contains(.verdict(.jump(PermitRules.chain))) }
    }

    private func permits(_ packet: ProbePacket, in table: TableName) -> Bool {
        (rules[ChainName(table, PermitRules.chain)] ?? []).contains { rule in
            let outcome = RuleTest.outcome(of: rule, for: packet)
            return outcome.answer == .yes && outcome.verdicts == [.accept]
        }
    }
}
