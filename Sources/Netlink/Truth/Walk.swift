/// A packet's walk through one base chain, along every path that is possible as far as we know.
struct Walk {
    /// What may become of the packet, and where.
    struct End: Hashable {
        enum Kind: Hashable {
            case accepted
            case dropped
            /// We do not see what becomes of it.
            case lost
        }
        var kind: Kind
        /// `inet filter input rule ct state invalid drop (handle 7)` or `inet filter input policy`.
        var place: String
        var rule: Ruleset.Rule?
        /// How sure it is that the packet takes this path; `forSome` and `unknown` have an alternative behind them.
        var answer: Answer
    }

    private let rules: [ChainName: [Ruleset.Rule]]
    private let packet: ProbePacket
    private(set) var ends: [End] = []
    private var stepsLeft = 100_000

    /// The kernel's own limit of jumps within each other (NFT_JUMP_STACK_SIZE).
    private static let deepest = 16

    static func ends(of packet: ProbePacket, in chain: Ruleset.Chain, rules: [ChainName: [Ruleset.Rule]]) -> [End] {
        var walk = Walk(rules: rules, packet: packet)
        if walk.reachesEnd(of: chain.name, .yes, depth: 0) {
            let drops = chain.hook?.dropsByPolicy == true
            walk.ends.append(
                End(kind: drops ? .dropped : .accepted, place: "\(chain.name) policy \(drops ? "drop" : "accept")", answer: .yes))
        }
        return walk.ends
    }

    private init(rules: [ChainName: [Ruleset.Rule]], packet: ProbePacket) {
        self.rules = rules
        self.packet = packet
    }

    /// Whether some path comes to the end of the chain. `answer`: how sure it is that the packet comes here at all.
    private mutating func reachesEnd(of chain: ChainName, _ answer: Answer, depth: Int) -> Bool {
        guard depth <= Self.deepest else { return true }
        var mayReturn = false
        for rule in rules[chain] ?? [] {
            stepsLeft -= 1
            guard stepsLeft > 0 else {
                ends.append(End(kind: .lost, place: Self.place(rule), rule: rule, answer: .unknown))
                return true
            }
            let outcome = RuleTest.outcome(of: rule, for: packet)
            guard outcome.answer != .no else { continue }
            // Of several possible verdicts none is sure.
            let own = outcome.verdicts.count > 1 && outcome.answer == .yes ? .unknown : outcome.answer
            let sureness = Self.both(answer, own)
            if outcome.isForeign { end(.lost, rule, sureness) }
            var goesOn = own != .yes
            for verdict in outcome.verdicts {
                switch verdict {
                case .accept: end(.accepted, rule, sureness)
                case .drop: end(.dropped, rule, sureness)
                case .queue: break
                case .continue: goesOn = true
                case .return: mayReturn = true
                case .jump(let name):
                    if reachesEnd(of: ChainName(chain.table, name), sureness, depth: depth + 1) { goesOn = true }
                case .goto(let name):
                    if reachesEnd(of: ChainName(chain.table, name), sureness, depth: depth + 1) { mayReturn = true }
                }
            }
            guard goesOn else { return mayReturn }
        }
        return true
    }

    private mutating func end(_ kind: End.Kind, _ rule: Ruleset.Rule, _ answer: Answer) {
        ends.append(End(kind: kind, place: Self.place(rule), rule: rule, answer: answer))
    }

    static func place(_ rule: Ruleset.Rule) -> String { "\(rule.chain) rule \(rule.description) (handle \(rule.handle))" }

    private static func both(_ a: Answer, _ b: Answer) -> Answer {
        if a == .unknown || b == .unknown { return .unknown }
        return a == .forSome || b == .forSome ? .forSome : .yes
    }
}
