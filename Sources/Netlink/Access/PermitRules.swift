/// The rules that stand for permits, and the jump that leads to them.
enum PermitRules {
    /// The name of our own chain, in the table of each chain that leads to it.
    static let chain = "postern_access"
    /// What the comments of our rules begin with; rules that come back from a saved ruleset are known by it.
    static let mark = "postern: "

    static func isOurs(_ rule: Ruleset.Rule) -> Bool { rule.comment?.hasPrefix(mark) == true }

    static func jump() -> NewRule {
        NewRule(expressions: [.counter(packets: 0, bytes: 0), .verdict(.jump(chain))], comment: mark + "access")
    }

    /// The rules of a permit: one for the names of interfaces, one for each pattern, which no plain set can hold.
    static func rules(for permit: Permit, in input: ChainName) -> [NewRule] {
        let isFiltersOwn = isIPTables(input)
        var groups: [[String]?] = [nil]
        if let interfaces = permit.interfaces {
            let names = interfaces.filter { !InterfacePattern.isPattern($0) }
            let single = interfaces.filter(InterfacePattern.isPattern) + (isFiltersOwn ? names : [])
            groups = (isFiltersOwn || names.isEmpty ? [] : [names]) + single.sorted().map { [$0] }
        }
        let ports = isFiltersOwn ? permit.ports.map { [$0] } : [permit.ports]
        return groups.flatMap { group in
            ports.map { ports in
                var steps = group.map(Steps.cameIn) ?? []
                steps += Steps.isTCP(to: ports)
                if !isFiltersOwn { steps += Steps.isNew }
                steps += [.counter(packets: 0, bytes: 0), .verdict(.accept)]
                return NewRule(expressions: steps, comment: mark + permit.service)
            }
        }
    }

    /// Chains that iptables-nft keeps are shown by iptables, which cannot show sets, nor nf_tables' own `ct`: there a rule has one
    /// port and one interface, and leaves out the connection's state.
    static func isIPTables(_ chain: ChainName) -> Bool {
        [.ip, .ip6].contains(chain.table.family) && chain.table.name == "filter" && chain.chain == "INPUT"
    }
}
