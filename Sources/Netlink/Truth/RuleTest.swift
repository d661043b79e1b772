/// Asks one rule about one packet.
struct RuleTest {
    /// What the rule would do, and whether it is certain that it does.
    struct Outcome: Hashable {
        var answer: Answer
        /// Several when it depends on a value that is not known.
        var verdicts: [Verdict]
        /// The verdict is somebody else's: a queue, a target of a kernel module.
        var isForeign = false
    }

    private let packet: ProbePacket
    private var registers: [Int: PacketValue] = [:]
    private var answer = Answer.yes

    static func outcome(of rule: Ruleset.Rule, for packet: ProbePacket) -> Outcome {
        var test = RuleTest(packet: packet)
        for expression in rule.expressions {
            if let end = test.take(expression) { return end }
        }
        return Outcome(answer: test.answer, verdicts: [.continue])
    }

    private init(packet: ProbePacket) { self.packet = packet }

    /// Goes one step; the outcome when it is the rule's last.
    private mutating func take(_ expression: Expression) -> Outcome? {
        switch expression {
        case .load(let field, let into): registers[into.place] = packet.value(of: field)
        case .constant(let value, let into): registers[into.place] = .known(value)
        case .mask(let from, let into, let mask, let flip):
            registers[into.place] = map(from, mask.count) { zip(zip($0, mask).map { $0 & $1 }, flip).map { $0 ^ $1 } }
        case .compare(let register, let comparison, let value):
            return narrow(test(register, value.count) { Self.compare($0, comparison, value) })
        case .range(let register, let isOutside, let from, let through):
            return narrow(
                test(register, from.count) {
                    let isWithin = !$0.lexicographicallyPrecedes(from) && !through.lexicographicallyPrecedes($0)
                    return isWithin != isOutside
                })
        case .lookup(let register, let set, let purpose): return look(register, set, purpose)
        case .verdict(let verdict): return Outcome(answer: answer, verdicts: [verdict], isForeign: verdict == .queue)
        case .reject: return Outcome(answer: answer, verdicts: [.drop])
        case .counter, .harmless: break
        case .other(let name): return takeUnknown(name)
        }
        return nil
    }

    /// What we do not understand may match or not, and may have written into any register.
    private mutating func takeUnknown(_ name: String) -> Outcome? {
        switch name {
        case "limit", "quota", "connlimit": return narrow(.forSome)
        case "queue", "target", "synproxy", "tproxy", "fwd": return Outcome(answer: answer, verdicts: [], isForeign: true)
        default:
            registers = [:]
            return narrow(.unknown)
        }
    }

    /// One more test; a rule whose test fails is at its end.
    private mutating func narrow(_ next: Answer) -> Outcome? {
        switch (answer, next) {
        case (_, .no): return Outcome(answer: .no, verdicts: [])
        case (_, .yes): break
        case (.unknown, _), (_, .unknown): answer = .unknown
        default: answer = .forSome
        }
        return nil
    }

    private mutating func look(_ register: Register, _ set: SetReference, _ purpose: Purpose) -> Outcome? {
        let contents = set.contents.flatMap { $0.isOpaque ? nil : $0 }
        let key = value(register, contents?.keyLength ?? 1)
        if case .known(let key) = key, let contents {
            let found = contents.element(for: key)
            switch purpose {
            case .isMember: return narrow(Answer(found != nil))
            case .isNoMember: return narrow(Answer(found == nil))
            case .verdict:
                guard let found else { return Outcome(answer: .no, verdicts: []) }
                return found.verdict.map { Outcome(answer: answer, verdicts: [$0], isForeign: $0 == .queue) } ?? narrow(.unknown)
            case .value(let into):
                registers[into.place] = .unknown
                return narrow(Answer(found != nil))
            }
        }
        let isEmpty = contents?.elements.isEmpty == true
        let next: Answer = isEmpty ? (purpose == .isNoMember ? .yes : .no) : key == .peers ? .forSome : .unknown
        if case .value(let into) = purpose { registers[into.place] = key == .peers ? .peers : .unknown }
        if let end = narrow(next) { return end }
        guard purpose == .verdict else { return nil }
        guard let contents else { return Outcome(answer: answer, verdicts: [], isForeign: true) }
        return Outcome(answer: answer, verdicts: Set(contents.elements.compactMap(\.verdict)).sorted { $0.text < $1.text })
    }

    private func test(_ register: Register, _ length: Int, _ holds: ([UInt8]) -> Bool) -> Answer {
        switch value(register, length) {
        case .known(let octets): Answer(holds(octets))
        case .peers: .forSome
        case .unknown: .unknown
        }
    }

    private func map(_ register: Register, _ length: Int, _ change: ([UInt8]) -> [UInt8]) -> PacketValue {
        let value = value(register, length)
        guard case .known(let octets) = value else { return value }
        return .known(change(octets))
    }

    /// `length` octets from a register on, which may lie in several that follow each other, each padded to four octets.
    private func value(_ register: Register, _ length: Int) -> PacketValue {
        var octets: [UInt8] = []
        while octets.count < length {
            switch registers[register.place + octets.count] {
            case .known(let more)? where !more.isEmpty: octets += more + [UInt8](repeating: 0, count: (4 - more.count % 4) % 4)
            case .peers?: return .peers
            default: return .unknown
            }
        }
        return .known(Array(octets.prefix(length)))
    }

    private static func compare(_ value: [UInt8], _ comparison: Comparison, _ constant: [UInt8]) -> Bool {
        switch comparison {
        case .equal: value == constant
        case .notEqual: value != constant
        case .less: value.lexicographicallyPrecedes(constant)
        case .lessOrEqual: !constant.lexicographicallyPrecedes(value)
        case .greater: constant.lexicographicallyPrecedes(value)
        case .greaterOrEqual: !value.lexicographicallyPrecedes(constant)
        }
    }
}

extension SetContents {
    /// The element that the key belongs to.
    func element(for key: [UInt8]) -> Element? {
        let catchAll = elements.first(where: \.isCatchAll)
        guard isInterval else { return elements.first { $0.key == key && !$0.isCatchAll } ?? catchAll }
        let before = elements.last { !$0.isCatchAll && !key.lexicographicallyPrecedes($0.key) }
        return before.flatMap { $0.isIntervalEnd ? nil : $0 } ?? catchAll
    }
}
