/// Expressions as the kernel tells them.
extension Expression {
    /// The steps of a rule, at most as many as the kernel allows (NFT_RULE_MAXEXPRS).
    static func list(_ octets: ArraySlice<UInt8>) -> [Expression] {
        Attributes(octets).prefix(128).map { _, element in
            let parts = element.nested
            return read(parts[1]?.netlinkText ?? "", parts[2]?.nested ?? [:])
        }
    }

    private static func read(_ name: String, _ data: [UInt16: ArraySlice<UInt8>]) -> Expression {
        let understood: Expression? =
            switch name {
            case "meta", "ct", "payload": load(name, data)
            case "cmp": compare(data)
            case "range": range(data)
            case "bitwise": mask(data)
            case "lookup": lookup(data)
            case "immediate": immediate(data)
            case "counter": counter(data)
            case "reject": .reject
            case "log", "notrack": .harmless(name)
            case "target": target(data)
            default: nil
            }
        return understood ?? .other(name)
    }

    private static func load(_ name: String, _ data: [UInt16: ArraySlice<UInt8>]) -> Expression? {
        switch name {
        case "payload":
            // With a source register it writes into the packet.
            guard data[5] == nil, let into = data.register(1), let base = data[2]?.big32, let offset = data[3]?.big32,
                let length = data[4]?.big32
            else { return data[5] == nil ? nil : .harmless("payload set") }
            switch (base, offset, length) {
            case (2, 2, 2): return .load(.destinationPort, into: into)
            case (1, _, _): return .load(.networkHeader(offset: offset, length: length), into: into)
            default: return .load(.other("@\(base == 2 ? "th" : "ll"),\(UInt64(offset) * 8),\(UInt64(length) * 8)"), into: into)
            }
        case "ct":
            guard let key = data[2]?.big32 else { return nil }
            guard data[4] == nil else { return .harmless("ct set") }
            return data.register(1).map { .load(key == 0 ? .connectionState : .other("ct key \(key)"), into: $0) }
        default:
            guard let key = data[2]?.big32 else { return nil }
            guard data[3] == nil else { return .harmless("meta set") }
            return data.register(1).map { .load(Field.metaKeys[key] ?? .other("meta key \(key)"), into: $0) }
        }
    }

    private static func compare(_ data: [UInt16: ArraySlice<UInt8>]) -> Expression? {
        guard let register = data.register(1), let comparison = data[2]?.big32.flatMap(Comparison.init), let value = data.value(3)
        else { return nil }
        return .compare(register, comparison, value)
    }

    private static func range(_ data: [UInt16: ArraySlice<UInt8>]) -> Expression? {
        guard let register = data.register(1), let operation = data[2]?.big32, operation <= 1, let from = data.value(3),
            let through = data.value(4)
        else { return nil }
        return .range(register, isOutside: operation == 1, from: from, through: through)
    }

    private static func mask(_ data: [UInt16: ArraySlice<UInt8>]) -> Expression? {
        // Operation 0 is the boolean one, and what older kernels mean by saying none.
        guard (data[6]?.big32 ?? 0) == 0, let from = data.register(1), let into = data.register(2), let mask = data.value(4),
            let flip = data.value(5), mask.count == flip.count
        else { return nil }
        return .mask(from: from, into: into, mask: mask, flip: flip)
    }

    private static func lookup(_ data: [UInt16: ArraySlice<UInt8>]) -> Expression? {
        guard let name = data[1]?.netlinkText, let register = data.register(2) else { return nil }
        let isInverted = (data[5]?.big32 ?? 0) & 1 != 0
        let set = SetReference(name: name)
        guard let into = data[3]?.big32 else { return .lookup(register, set, isInverted ? .isNoMember : .isMember) }
        // A map of verdicts names the verdict's register, 0.
        guard into != 0 else { return .lookup(register, set, .verdict) }
        return Register(number: into).map { .lookup(register, set, .value(into: $0)) }
    }

    private static func immediate(_ data: [UInt16: ArraySlice<UInt8>]) -> Expression? {
        guard let number = data[1]?.big32 else { return nil }
        if number == 0 { return data[2].flatMap { Verdict($0.nested) }.map { .verdict($0) } }
        guard let into = Register(number: number), let value = data.value(2) else { return nil }
        return .constant(value, into: into)
    }

    private static func counter(_ data: [UInt16: ArraySlice<UInt8>]) -> Expression {
        .counter(packets: data[2]?.big64 ?? 0, bytes: data[1]?.big64 ?? 0)
    }

    /// iptables' own targets.
    private static func target(_ data: [UInt16: ArraySlice<UInt8>]) -> Expression? {
        switch data[1]?.netlinkText {
        case "REJECT"?: .reject
        case "LOG"?, "NFLOG"?, "MARK"?, "CONNMARK"?: .harmless("target \(data[1]?.netlinkText ?? "")")
        default: nil
        }
    }
}

extension [UInt16: ArraySlice<UInt8>] {
    fileprivate func register(_ type: UInt16) -> Register? { self[type]?.big32.flatMap { Register(number: $0) } }

    /// NFTA_DATA_VALUE of a nested nft_data; a register holds at most 64 octets.
    func value(_ type: UInt16) -> [UInt8]? {
        guard let value = self[type]?.nested[1], (1...Register.memory).contains(value.count) else { return nil }
        return Array(value)
    }
}
