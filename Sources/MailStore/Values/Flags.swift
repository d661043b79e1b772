/// The flags of a message: system flags as fixed bits, keywords as bits 8…63 that the mailbox gives names to. RFC 9051 §2.3.2
public struct Flags: OptionSet, Hashable, Sendable {
    public var rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let seen = Flags(rawValue: 1 << 0)
    public static let answered = Flags(rawValue: 1 << 1)
    public static let flagged = Flags(rawValue: 1 << 2)
    public static let deleted = Flags(rawValue: 1 << 3)
    public static let draft = Flags(rawValue: 1 << 4)

    /// All system flags that a client may set.
    public static let system: Flags = [.seen, .answered, .flagged, .deleted, .draft]

    /// How many keywords a mailbox can have.
    public static let maxKeywords = 56

    /// The bit of the mailbox's keyword number `index`.
    public static func keyword(_ index: Int) -> Flags {
        precondition((0..<maxKeywords).contains(index), "a keyword's number lies in 0..<\(maxKeywords)")
        return Flags(rawValue: 1 << UInt64(8 + index))
    }

    /// The numbers of the keywords that are set, ascending.
    public var keywordIndexes: [Int] { (0..<Self.maxKeywords).filter { contains(.keyword($0)) } }
}

/// What a client wants done to the flags of messages. RFC 9051 §6.4.6
public enum FlagChange: Hashable, Sendable {
    case add(Flags)
    case remove(Flags)
    case replace(Flags)
}

/// One message after a change of flags.
public struct FlagResult: Hashable, Sendable {
    public var uid: UID
    public var flags: Flags
    public var modSeq: ModSeq
}
