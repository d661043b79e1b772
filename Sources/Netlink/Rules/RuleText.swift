internal import MailCore

/// Writes a rule in nft's syntax, without the numbers of its counters: the same text that `nft -s list chain` prints for every rule
/// of ours. What we do not understand stands in angle brackets.
struct RuleText {
    private var words: [String] = []
    /// What the registers hold, in words.
    private var held: [Register: Field] = [:]
    /// A test of the transport protocol waits: `tcp dport` says both.
    private var protocolWord: String?
    /// So does one of the network protocol: `ip saddr` says both.
    private var networkWord: String?
    /// `ct state new` is a mask and a comparison with zero, `ip saddr 192.0.2.0/25` one and a comparison with the prefix.
    private var bits: [Register: [UInt8]] = [:]
    /// A lower bound waits for its upper one: `tcp dport 20-30` says both.
    private var lower: (register: Register, value: [UInt8])?

    static func of(_ expressions: [Expression], comment: String?) -> String {
        var text = RuleText()
        for expression in expressions { text.add(expression) }
        text.sayLower()
        text.sayProtocol()
        if let comment { text.words.append("comment \"\(comment)\"") }
        return text.words.joined(separator: " ")
    }

    private mutating func add(_ expression: Expression) {
        if case .compare(let register, .lessOrEqual, let value) = expression, let lower, lower.register == register {
            self.lower = nil
            return say(register, "\(shown(lower.value, register))-\(shown(value, register))")
        }
        sayLower()
        switch expression {
        case .load(let field, let register):
            if field != .destinationPort, !field.saysNetwork { sayProtocol() }
            held[register] = field
            bits[register] = nil
        case .compare(let register, let comparison, let value): compare(register, comparison, value)
        case .range(let register, let isOutside, let from, let through):
            say(register, (isOutside ? "!= " : "") + "\(shown(from, register))-\(shown(through, register))")
        case .mask(_, let into, let mask, let flip):
            if flip.allSatisfy({ $0 == 0 }) { bits[into] = mask } else { held[into] = .other("<bits>") }
        case .lookup(let register, let set, let purpose): look(register, set, purpose)
        case .constant(_, let into): held[into] = .other("<constant>")
        case .verdict(let verdict): finish(verdict.text)
        case .counter: finish("counter")
        case .reject: finish("reject")
        case .harmless(let name): finish(name)
        case .other(let name): finish("<\(name)>")
        }
    }

    private mutating func compare(_ register: Register, _ comparison: Comparison, _ value: [UInt8]) {
        let field = held[register]
        if field == .transportProtocol, comparison == .equal, value.count == 1 {
            protocolWord = RuleValue.transport(value[0])
            return
        }
        if field == .networkProtocol, comparison == .equal {
            networkWord = shown(value, register)
            return
        }
        if let mask = bits[register], comparison == .notEqual, value.allSatisfy({ $0 == 0 }) {
            return say(register, shown(mask, register))
        }
        if field?.saysNetwork == true, let length = bits[register].flatMap(RuleValue.prefixLength), let address = IPAddress(octets: value) {
            return say(register, "\(comparison.sign)\(address)/\(length)")
        }
        if comparison == .greaterOrEqual, bits[register] == nil {
            lower = (register, value)
            return
        }
        say(register, (bits[register] == nil ? "" : "& … ") + comparison.sign + shown(value, register))
    }

    private mutating func look(_ register: Register, _ set: SetReference, _ purpose: Purpose) {
        var content = "@\(set.name)"
        if let contents = set.contents, contents.isAnonymous, !contents.isOpaque, !contents.isInterval {
            let elements = contents.elements.map { element in
                shown(element.key, register) + (element.verdict.map { " : \($0.text)" } ?? "")
            }
            content = "{ \(elements.joined(separator: ", ")) }"
        } else if set.contents?.isAnonymous == true {
            content = "{ … }"
        }
        switch purpose {
        case .isMember: say(register, content)
        case .isNoMember: say(register, "!= \(content)")
        case .verdict: say(register, "vmap \(content)")
        case .value(let into): held[into] = .other("<map \(content)>")
        }
    }

    /// `tcp dport 25`: the field, then what is said of it.
    private mutating func say(_ register: Register, _ what: String) {
        let field = held[register] ?? .other("<register>")
        if field == .destinationPort, let transport = protocolWord {
            protocolWord = nil
            sayProtocol()
            words.append("\(transport) dport \(what)")
        } else if field.saysNetwork {
            networkWord = nil
            sayProtocol()
            words.append("\(field.text) \(what)")
        } else {
            sayProtocol()
            words.append("\(field.text) \(what)")
        }
    }

    private mutating func sayLower() {
        guard let (register, value) = lower else { return }
        lower = nil
        say(register, ">= \(shown(value, register))")
    }

    private mutating func sayProtocol() {
        if let network = networkWord {
            networkWord = nil
            words.append("meta nfproto \(network)")
        }
        guard let transport = protocolWord else { return }
        protocolWord = nil
        words.append("meta l4proto \(transport)")
    }

    private mutating func finish(_ word: String) {
        sayProtocol()
        words.append(word)
    }

    private func shown(_ value: [UInt8], _ register: Register) -> String { RuleValue.text(value, of: held[register]) }
}

extension Field {
    /// Its name says of which protocol it is.
    fileprivate var saysNetwork: Bool {
        if case .networkHeader = self { !text.hasPrefix("@") } else { false }
    }

    var text: String {
        switch self {
        case .inputInterfaceName: "iifname"
        case .inputInterfaceIndex: "iif"
        case .networkProtocol: "meta nfproto"
        case .transportProtocol: "meta l4proto"
        case .connectionState: "ct state"
        case .destinationPort: "th dport"
        // Of a prefix of whole octets only these are loaded.
        case .networkHeader(12, 1...4): "ip saddr"
        case .networkHeader(16, 1...4): "ip daddr"
        case .networkHeader(8, 2...16): "ip6 saddr"
        case .networkHeader(24, 1...16): "ip6 daddr"
        case .networkHeader(9, 1): "ip protocol"
        case .networkHeader(let offset, let length): "@nh,\(UInt64(offset) * 8),\(UInt64(length) * 8)"
        case .other(let name): name
        }
    }
}
