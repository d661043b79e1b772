/// One step of a transaction on the kernel's rules.
enum NFTMessage: Hashable, Sendable {
    /// Makes a table, when there is none of that name.
    case makeTable(TableName)
    /// Makes a chain that every packet to this machine goes through, and that lets all of them pass.
    case makeInputChain(ChainName)
    /// Makes a chain without a hook, when there is none of that name.
    case makeChain(ChainName)
    case emptyChain(ChainName)
    case deleteChain(ChainName)
    case makeSet(TableName, SetContents, id: UInt32)
    case fillSet(TableName, SetContents, id: UInt32)
    /// `sets` are the numbers of the rule's sets, in their order. Behind the chain's last rule, or directly before the rule `before`.
    case addRule(ChainName, NewRule, sets: [UInt32], before: UInt64?)
    case deleteRule(ChainName, handle: UInt64)

    /// In one message: an attribute's length is a number of 16 bits, and an element with the name of an interface takes 28 octets.
    private static let mostElements = 1000

    /// Everything that adds `rule`, its sets first. `nextSet` numbers the sets of one transaction.
    static func adding(_ rule: NewRule, to chain: ChainName, before: UInt64? = nil, nextSet: inout UInt32) -> [NFTMessage] {
        var messages: [NFTMessage] = []
        var numbers: [UInt32] = []
        for set in rule.sets {
            nextSet += 1
            numbers.append(nextSet)
            messages.append(.makeSet(chain.table, set, id: nextSet))
            for part in set.parts(of: mostElements) { messages.append(.fillSet(chain.table, part, id: nextSet)) }
        }
        return messages + [.addRule(chain, rule, sets: numbers, before: before)]
    }

    func write(to writer: inout NetlinkWriter, sequence: UInt32, wantsAnswer: Bool) {
        let flags = self.flags | Kernel.request | (wantsAnswer ? Kernel.acknowledge : 0)
        writer.message(type, flags: flags, sequence: sequence, head: table.family.head) { body(to: &$0) }
    }

    private var table: TableName {
        switch self {
        case .makeInputChain(let chain), .makeChain(let chain), .emptyChain(let chain), .deleteChain(let chain),
            .addRule(let chain, _, _, _), .deleteRule(let chain, _):
            chain.table
        case .makeTable(let table), .makeSet(let table, _, _), .fillSet(let table, _, _): table
        }
    }

    private var type: UInt16 {
        switch self {
        case .makeTable: Kernel.newTable
        case .makeInputChain, .makeChain: Kernel.newChain
        case .emptyChain, .deleteRule: Kernel.deleteRule
        case .deleteChain: Kernel.deleteChain
        case .makeSet: Kernel.newSet
        case .fillSet: Kernel.newSetElement
        case .addRule: Kernel.newRule
        }
    }

    private var flags: UInt16 {
        switch self {
        case .makeTable, .makeInputChain, .makeChain, .makeSet, .fillSet: Kernel.create
        // Without "append" a rule is put before the one at its position.
        case .addRule(_, _, _, let before): before == nil ? Kernel.create | Kernel.append : Kernel.create
        case .emptyChain, .deleteChain, .deleteRule: 0
        }
    }

    private func body(to writer: inout NetlinkWriter) {
        writer.attribute(1, table.name)
        switch self {
        case .makeTable: break
        case .makeInputChain(let chain):
            let (input, filterPriority, accept): (UInt32, UInt32, UInt32) = (1, 0, 1)
            writer.attribute(3, chain.chain)
            writer.nest(4) { writer in
                writer.attribute(1, input)
                writer.attribute(2, filterPriority)
            }
            writer.attribute(5, accept)
            writer.attribute(7, "filter")
        case .makeChain(let chain), .deleteChain(let chain): writer.attribute(3, chain.chain)
        case .emptyChain(let chain): writer.attribute(2, chain.chain)
        case .deleteRule(let chain, let handle):
            writer.attribute(2, chain.chain)
            writer.attribute(3, handle)
        case .makeSet(_, let set, let id):
            writer.attribute(2, "__set%d")
            // Anonymous and constant: it lives and dies with its rule.
            writer.attribute(3, UInt32(0x1 | 0x2))
            writer.attribute(4, set.keyType)
            writer.attribute(5, UInt32(set.keyLength))
            writer.nest(9) { $0.attribute(1, UInt32(set.elements.count)) }
            writer.attribute(10, id)
            // nft asks here in which order the keys' octets stand; without it, it shows names as empty (libnftnl's udata).
            let keyByteOrder: UInt8 = 0
            writer.attribute(13, [keyByteOrder, 4] + set.byteOrder.hostOctets)
        case .fillSet(_, let set, let id):
            writer.attribute(2, "__set%d")
            writer.attribute(4, id)
            writer.nest(3) { writer in
                for element in set.elements { writer.nest(1) { $0.nest(1) { $0.attribute(1, element.key) } } }
            }
        case .addRule(let chain, let rule, let sets, let before):
            writer.attribute(2, chain.chain)
            if let before { writer.attribute(6, before) }
            writer.nest(4) { writer in
                var sets = sets[...]
                for expression in rule.expressions {
                    if case .lookup = expression {
                        expression.write(to: &writer, setID: sets.popFirst())
                    } else {
                        expression.write(to: &writer, setID: nil)
                    }
                }
            }
            writer.attribute(7, RuleComment.octets(rule.comment))
        }
    }
}
