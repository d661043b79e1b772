/// What a rule does with a packet, step by step. A step loads something into a register, tests a register (when the test fails, the
/// rule does not match), or ends with a verdict.
///
/// Everything that the kernel has can be read; what we do not understand is `other`, and whoever judges by it must say so.
public enum Expression: Hashable, Sendable {
    case load(Field, into: Register)
    case compare(Register, Comparison, [UInt8])
    case range(Register, isOutside: Bool, from: [UInt8], through: [UInt8])
    /// `into = (from & mask) ^ flip`
    case mask(from: Register, into: Register, mask: [UInt8], flip: [UInt8])
    case lookup(Register, SetReference, Purpose)
    case constant([UInt8], into: Register)
    case verdict(Verdict)
    case counter(packets: UInt64, bytes: UInt64)
    /// Refuses the packet with an answer; ends the walk like a drop.
    case reject
    /// Changes nothing about where the packet goes: log, meta set, ct set, notrack.
    case harmless(String)
    case other(String)
}

/// What a set is asked.
public enum Purpose: Hashable, Sendable {
    case isMember
    case isNoMember
    /// The verdict that a map has for the key; a key that is not in it does not match.
    case verdict
    case value(into: Register)
}

/// What can be loaded.
public enum Field: Hashable, Sendable {
    case inputInterfaceName
    case inputInterfaceIndex
    case networkProtocol
    case transportProtocol
    case connectionState
    case destinationPort
    /// Octets of the IPv4 or IPv6 header.
    case networkHeader(offset: UInt32, length: UInt32)
    /// Another one, in words for people; nothing is known about its value.
    case other(String)
}

/// How a register is compared with a constant.
public enum Comparison: UInt32, Hashable, Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

    var sign: String {
        switch self {
        case .equal: ""
        case .notEqual: "!= "
        case .less: "< "
        case .lessOrEqual: "<= "
        case .greater: "> "
        case .greaterOrEqual: ">= "
        }
    }
}

/// Where the walk through the chains goes on.
public enum Verdict: Hashable, Sendable {
    case accept
    case drop
    case queue
    case jump(String)
    case goto(String)
    case `return`
    case `continue`

    public var text: String {
        switch self {
        case .accept: "accept"
        case .drop: "drop"
        case .queue: "queue"
        case .jump(let chain): "jump \(chain)"
        case .goto(let chain): "goto \(chain)"
        case .return: "return"
        case .continue: "continue"
        }
    }
}

/// One of nf_tables' registers, by the place of its first octet in their memory of 64.
public struct Register: Hashable, Sendable {
    public let place: Int

    static let memory = 64
    /// The one that we use.
    static let first = Register(place: 0)

    private init(place: Int) { self.place = place }

    /// 1…4 have 16 octets each, 8…23 lie in the same memory and have four; 0 is the verdict's.
    init?(number: UInt32) {
        switch number {
        case 1...4: place = Int(number - 1) * 16
        case 8...23: place = Int(number - 8) * 4
        default: return nil
        }
    }

    var number: UInt32 { place % 16 == 0 ? UInt32(place / 16 + 1) : UInt32(place / 4 + 8) }
}

/// A set or map that a rule looks into.
public struct SetReference: Hashable, Sendable {
    public var name: String
    /// `nil` when it was not read, or is more than we hold.
    public var contents: SetContents?
}

/// What is in a set.
public struct SetContents: Hashable, Sendable {
    public struct Element: Hashable, Sendable {
        public var key: [UInt8]
        /// In an interval set: from here on the keys are not in it.
        public var isIntervalEnd = false
        public var verdict: Verdict?
        /// Holds for every key that no other element has.
        public var isCatchAll = false
    }

    /// nft's own number of the keys' type; the kernel only keeps it.
    public var keyType: UInt32
    public var keyLength: Int
    /// In the order of their keys.
    public var elements: [Element]
    public var isAnonymous: Bool
    public var isInterval = false
    /// Its elements are made of several parts, or it holds what we do not read (verdicts aside): no key's answer is known.
    public var isOpaque = false
}
