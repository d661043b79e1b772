/// What the kernel's rules must be for some permits, in one of the appliance's input chains, and the way there.
///
/// | found | done |
/// |---|---|
/// | no such table or chain | nothing: nothing is filtered there (made first when the plan says so) |
/// | our chain differs from what is wanted | emptied and written anew |
/// | the jump is missing, doubled, altered or at the wrong place | ours are deleted, one is put in its place |
/// | all as wanted | nothing |
///
/// Every rule of ours is known by its comment, so those that a saved ruleset brought back are adopted. Foreign rules are never touched.
struct AccessState {
    let input: ChainName
    let position: AccessPlan.Position
    let makesChain: Bool
    let rules: [NewRule]

    /// Nothing of ours shall be there when `permits` is empty.
    init(_ permits: [Permit], in input: ChainName, _ plan: AccessPlan) {
        self.input = input
        position = plan.position
        makesChain = plan.makesChains
        rules = permits.flatMap { PermitRules.rules(for: $0, in: input) }
    }

    private var ours: ChainName { ChainName(input.table, PermitRules.chain) }

    /// The steps that lead from `ruleset` to what is wanted; none when it is so already. Of several input chains in one table only one
    /// `writesRules`, for all lead to the same chain of ours.
    func steps(from ruleset: Ruleset, writesRules: Bool, nextSet: inout UInt32) -> [NFTMessage] {
        guard !rules.isEmpty else { return Self.removal(of: input.table, from: ruleset) }
        var steps: [NFTMessage] = []
        if ruleset.chain(input) == nil {
            guard makesChain else { return [] }
            steps += [.makeTable(input.table), .makeInputChain(input)]
        }
        if writesRules { steps += permitting(in: ruleset, nextSet: &nextSet) }
        return steps + jumping(in: ruleset, nextSet: &nextSet)
    }

    private func permitting(in ruleset: Ruleset, nextSet: inout UInt32) -> [NFTMessage] {
        var steps: [NFTMessage] = []
        if ruleset.chain(ours) == nil { steps.append(.makeChain(ours)) }
        let present = ruleset.rules(of: ours)
        if present.map(\.description) != rules.map(\.description) {
            if !present.isEmpty { steps.append(.emptyChain(ours)) }
            for rule in rules { steps += NFTMessage.adding(rule, to: ours, nextSet: &nextSet) }
        }
        return steps
    }

    private func jumping(in ruleset: Ruleset, nextSet: inout UInt32) -> [NFTMessage] {
        let rules = ruleset.rules(of: input)
        let jumps = rules.filter(isOurJump)
        let foreign = rules.filter { !isOurJump($0) }
        let place = place(among: foreign)
        let jump = PermitRules.jump()
        if jumps.count == 1, jumps[0].description == jump.description, Self.next(behind: jumps[0], in: rules) == place { return [] }
        return jumps.map { .deleteRule(input, handle: $0.handle) } + NFTMessage.adding(jump, to: input, before: place, nextSet: &nextSet)
    }

    /// The handle of the rule before which the jump belongs; `nil`: at the end. Directly before the first rule that ends the walk of
    /// every packet: what the appliance drops or accepts before it keeps its say.
    private func place(among foreign: [Ruleset.Rule]) -> UInt64? {
        switch position {
        case .first: foreign.first?.handle
        case .last: foreign.first(where: \.endsEveryWalk)?.handle
        }
    }

    private static func next(behind rule: Ruleset.Rule, in rules: [Ruleset.Rule]) -> UInt64? {
        rules.firstIndex { $0.handle == rule.handle }.flatMap { $0 + 1 < rules.count ? rules[$0 + 1].handle : nil }
    }

    private func isOurJump(_ rule: Ruleset.Rule) -> Bool { Self.isOurJump(rule) }

    /// A jump into our chain is ours also when somebody took its comment away: the chain's name is.
    private static func isOurJump(_ rule: Ruleset.Rule) -> Bool {
        rule.expressions.contains(.verdict(.jump(PermitRules.chain))) || rule.expressions.contains(.verdict(.goto(PermitRules.chain)))
            || rule.chain.chain != PermitRules.chain && PermitRules.isOurs(rule)
    }

    /// Takes away everything of ours in one table.
    static func removal(of table: TableName, from ruleset: Ruleset) -> [NFTMessage] {
        let ours = ChainName(table, PermitRules.chain)
        let jumps = ruleset.rules.filter { $0.chain.table == table && $0.chain != ours && isOurJump($0) }
        var steps: [NFTMessage] = jumps.map { .deleteRule($0.chain, handle: $0.handle) }
        if ruleset.chain(ours) != nil { steps += [.emptyChain(ours), .deleteChain(ours)] }
        return steps
    }

    /// Takes away everything of ours that leads from other chains than these: the appliance's chains were others once.
    static func removal(outside chains: [ChainName], from ruleset: Ruleset) -> [NFTMessage] {
        let kept = Set(chains.map(\.table))
        let tables = Set(ruleset.chains.filter { $0.name.chain == PermitRules.chain }.map(\.name.table))
            .union(ruleset.rules.filter(isOurJump).map(\.chain.table))
        let jumps = ruleset.rules.filter {
            kept.contains($0.chain.table) && !chains.contains($0.chain) && $0.chain.chain != PermitRules.chain && isOurJump($0)
        }
        return jumps.map { .deleteRule($0.chain, handle: $0.handle) }
            + tables.subtracting(kept).sorted { $0.description < $1.description }.flatMap { removal(of: $0, from: ruleset) }
    }
}

extension Ruleset.Rule {
    /// Matches every packet and lets none go on.
    var endsEveryWalk: Bool {
        for expression in expressions {
            switch expression {
            case .counter, .harmless: continue
            case .reject, .verdict(.accept), .verdict(.drop), .verdict(.queue), .verdict(.goto), .verdict(.return): return true
            default: return false
            }
        }
        return false
    }
}

/// Everything that a plan asks of the kernel at one moment.
public struct AccessSteps: Hashable, Sendable {
    let messages: [NFTMessage]
    /// What the plan leads to on these interfaces.
    public let permits: [Permit]

    public var isNothing: Bool { messages.isEmpty }

    /// `plan` is `nil` when nothing of ours shall be there.
    public init(_ plan: AccessPlan?, on interfaces: [NetworkInterface], from ruleset: Ruleset) {
        permits = plan?.permits(on: interfaces) ?? []
        var nextSet: UInt32 = 0
        var messages: [NFTMessage] = []
        if let plan {
            // Two input chains of one table lead to the same chain of ours.
            var seen: Set<TableName> = []
            for chain in plan.chains {
                let isFirst = seen.insert(chain.table).inserted
                messages += AccessState(permits, in: chain, plan).steps(from: ruleset, writesRules: isFirst, nextSet: &nextSet)
            }
        }
        self.messages = messages + AccessState.removal(outside: plan?.chains ?? [], from: ruleset)
    }
}

extension Firewall {
    /// Takes the steps, all or none.
    public func perform(_ steps: AccessSteps) throws(NetlinkError) { try transact(steps.messages) }

    /// The rules, with the contents of our own sets only: what it takes to see whether all is as wanted.
    public func readForAccess() throws(NetlinkError) -> Ruleset { try read { $0.name.chain == PermitRules.chain } }

    /// The rules, with the contents of all sets that decide about packets to this machine.
    public func readForCheck() throws(NetlinkError) -> Ruleset { try read { $0.hook == nil || $0.hook?.number == 1 } }
}
