/// Tables, chains, rules and sets from the kernel's messages. A message that lacks what it must have is left out.
extension Ruleset {
    private static let headSize = 4

    /// What messages of dumps tell, in any mixture; sets and their elements go into the rules that look into them.
    public init(reading messages: [NetlinkMessage]) {
        tables = messages.compactMap { Self.table($0) }
        chains = messages.compactMap { Self.chain($0) }
        rules = messages.compactMap { Self.rule($0) }
        var sets: [SetName: SetContents] = [:]
        for message in messages {
            if let (name, contents) = Self.set(message) { sets[name] = contents }
        }
        for message in messages {
            guard let (name, elements) = Self.elements(message) else { continue }
            sets[name]?.elements += elements
        }
        fill(with: sets.mapValues(\.inOrder).filter { $0.value.elements.count <= Self.mostElements })
    }

    /// Sets with more elements are not looked into: an answer that depends on one is "cannot be known".
    /// Ours have at most the names of a gateway's interfaces, and it may have 4094 VLANs.
    private static let mostElements = 16_384

    static func table(_ message: NetlinkMessage) -> Table? {
        guard message.type == Kernel.newTable, let (family, parts) = opened(message), let name = parts[1]?.netlinkText else { return nil }
        return Table(name: TableName(family, name), isDormant: (parts[2]?.big32 ?? 0) & 1 != 0)
    }

    static func chain(_ message: NetlinkMessage) -> Chain? {
        guard message.type == Kernel.newChain, let (family, parts) = opened(message), let table = parts[1]?.netlinkText,
            let name = parts[3]?.netlinkText
        else { return nil }
        var chain = Chain(name: ChainName(TableName(family, table), name), type: parts[7]?.netlinkText ?? "")
        if let hook = parts[4]?.nested, let number = hook[1]?.big32, let priority = hook[2]?.big32 {
            chain.hook = Hook(number: number, priority: Int32(bitPattern: priority), dropsByPolicy: parts[5]?.big32 == 0)
        }
        return chain
    }

    static func rule(_ message: NetlinkMessage) -> Rule? {
        guard message.type == Kernel.newRule, let (family, parts) = opened(message), let table = parts[1]?.netlinkText,
            let chain = parts[2]?.netlinkText, let handle = parts[3]?.big64
        else { return nil }
        return Rule(
            chain: ChainName(TableName(family, table), chain), handle: handle, expressions: parts[4].map(Expression.list) ?? [],
            comment: parts[7].flatMap(RuleComment.read))
    }

    /// A set without its elements.
    static func set(_ message: NetlinkMessage) -> (name: SetName, contents: SetContents)? {
        guard message.type == Kernel.newSet, let (family, parts) = opened(message), let table = parts[1]?.netlinkText,
            let name = parts[2]?.netlinkText, let keyType = parts[4]?.big32, let keyLength = parts[5]?.big32, keyLength <= 64
        else { return nil }
        let flags = parts[3]?.big32 ?? 0
        // A concatenation has a description of its fields (NFTA_SET_DESC_CONCAT).
        let isConcatenation = parts[9]?.nested[2] != nil
        return (
            SetName(table: TableName(family, table), name: name),
            SetContents(
                keyType: keyType, keyLength: Int(keyLength), elements: [], isAnonymous: flags & 0x1 != 0, isInterval: flags & 0x4 != 0,
                isOpaque: isConcatenation)
        )
    }

    static func elements(_ message: NetlinkMessage) -> (name: SetName, elements: [SetContents.Element])? {
        guard message.type == Kernel.newSetElement, let (family, parts) = opened(message), let table = parts[1]?.netlinkText,
            let name = parts[2]?.netlinkText, let list = parts[3]
        else { return nil }
        let elements = Attributes(list).map { _, octets in
            let element = octets.nested
            let flags = element[3]?.big32 ?? 0
            return SetContents.Element(
                key: element.value(1) ?? [], isIntervalEnd: flags & 1 != 0, verdict: element[2].flatMap { Verdict($0.nested) },
                isCatchAll: flags & 2 != 0)
        }
        return (SetName(table: TableName(family, table), name: name), elements)
    }

    private static func opened(_ message: NetlinkMessage) -> (TableFamily, [UInt16: ArraySlice<UInt8>])? {
        guard let family = message.payload.first.flatMap({ TableFamily(rawValue: $0) }) else { return nil }
        return (family, message.attributes(behind: headSize).byType)
    }
}

/// A set by its table and name.
struct SetName: Hashable, Sendable {
    var table: TableName
    var name: String
}

extension SetContents {
    /// An interval that begins where another ends: the end comes first.
    fileprivate var inOrder: SetContents {
        var contents = self
        contents.elements.sort {
            $0.key == $1.key ? $0.isIntervalEnd && !$1.isIntervalEnd : $0.key.lexicographicallyPrecedes($1.key)
        }
        return contents
    }
}

extension Ruleset {
    /// The sets that the rules of these chains look into.
    func setNames(in chains: Set<ChainName>) -> Set<SetName> {
        var names: Set<SetName> = []
        for rule in rules where chains.contains(rule.chain) {
            for case .lookup(_, let set, _) in rule.expressions { names.insert(SetName(table: rule.chain.table, name: set.name)) }
        }
        return names
    }

    /// Puts what was read of the sets into the rules that look into them.
    private mutating func fill(with sets: [SetName: SetContents]) {
        for number in rules.indices {
            rules[number].expressions = rules[number].expressions.map { expression in
                guard case .lookup(let register, var set, let purpose) = expression else { return expression }
                set.contents = sets[SetName(table: rules[number].chain.table, name: set.name)]
                return .lookup(register, set, purpose)
            }
        }
    }
}
