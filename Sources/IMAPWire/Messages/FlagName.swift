public import MailCore

/// A flag as it stands on the wire. RFC 3501 §2.3.2
public enum FlagName: Hashable, Sendable, CustomStringConvertible {
    case seen
    case answered
    case flagged
    case deleted
    case draft
    /// Only ever told by us; a client's wish to set it is passed over.
    case recent
    case keyword(String)

    /// Longer ones are refused: a mailbox' keywords are told at every SELECT.
    public static let longestKeyword = 100

    /// RFC 3501 §9 `flag`; an unknown `\Name` is refused, since we could not keep it.
    public init(parsing line: inout Scanner) throws(SyntaxError) {
        let start = line.position
        if line.take(UInt8(ascii: "\\")) {
            let name = try line.atom()
            guard let flag = Self.system.first(where: { $0.description.utf8.dropFirst().equalsIgnoringCase(name) }) else {
                throw SyntaxError(wanted: "a flag that exists", offset: start)
            }
            self = flag
        } else {
            let name = try line.atom()
            guard name.count <= Self.longestKeyword else { throw SyntaxError(wanted: "a shorter keyword", offset: start) }
            self = .keyword(String(decoding: name, as: UTF8.self))
        }
    }

    public var description: String {
        switch self {
        case .seen: "\\Seen"
        case .answered: "\\Answered"
        case .flagged: "\\Flagged"
        case .deleted: "\\Deleted"
        case .draft: "\\Draft"
        case .recent: "\\Recent"
        case .keyword(let name): name
        }
    }

    private static let system: [FlagName] = [.seen, .answered, .flagged, .deleted, .draft, .recent]
}

extension Scanner {
    /// RFC 3501 §9 `flag-list`: in parentheses, perhaps none.
    public mutating func flagList() throws(SyntaxError) -> [FlagName] {
        try expect(UInt8(ascii: "("))
        if take(UInt8(ascii: ")")) { return [] }
        let flags = try flags()
        try expect(UInt8(ascii: ")"))
        return flags
    }

    /// One or more flags with a space between them, each told once.
    public mutating func flags() throws(SyntaxError) -> [FlagName] {
        var flags: [FlagName] = []
        repeat {
            let flag = try FlagName(parsing: &self)
            if !flags.contains(flag) { flags.append(flag) }
            guard flags.count <= 100 else { throw error(wanted: "fewer flags") }
        } while take(UInt8(ascii: " "))
        return flags
    }
}
