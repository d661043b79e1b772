public import MailCore

/// What LIST asks for, in its basic and its extended form. RFC 3501 §6.3.8, RFC 5258 §6, RFC 6154 §2, RFC 5819 §4
public struct ListRequest: Hashable, Sendable {
    /// `( … )` before the reference. RFC 5258 §3.1
    public struct Selection: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public static let subscribed = Selection(rawValue: 1)
        public static let remote = Selection(rawValue: 2)
        public static let recursiveMatch = Selection(rawValue: 4)
        public static let specialUse = Selection(rawValue: 8)
    }

    /// `RETURN ( … )`. RFC 5258 §3.2
    public struct Return: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public static let subscribed = Return(rawValue: 1)
        public static let children = Return(rawValue: 2)
        public static let specialUse = Return(rawValue: 4)
    }

    public var reference: [UInt8]
    /// Wire form, one or more.
    public var patterns: [[UInt8]]
    public var selection: Selection = []
    public var returning: Return = []
    /// RFC 5819: a STATUS for every mailbox listed; empty when not asked.
    public var status: [StatusItem] = []
    /// Whether anything of RFC 5258 was used: then an empty pattern is no question for the separator any more.
    public var isExtended = false

    /// Takes what follows `LIST SP`, up to the end.
    public init(parsing line: inout Scanner) throws(SyntaxError) {
        reference = []
        patterns = []
        if line.peek == UInt8(ascii: "(") {
            isExtended = true
            selection = try Self.selection(&line)
            try line.space()
        }
        reference = try line.astring()
        try line.space()
        if line.take(UInt8(ascii: "(")) {
            isExtended = true
            repeat {
                patterns.append(try line.listMailbox())
                guard patterns.count <= 100 else { throw line.error(wanted: "fewer patterns") }
            } while line.take(UInt8(ascii: " "))
            try line.expect(UInt8(ascii: ")"))
        } else {
            patterns = [try line.listMailbox()]
        }
        if line.take(UInt8(ascii: " ")) {
            isExtended = true
            try line.expect("RETURN (")
            try returnOptions(&line)
        }
        try line.expectEnd()
    }

    private static func selection(_ line: inout Scanner) throws(SyntaxError) -> Selection {
        let start = line.position
        try line.expect(UInt8(ascii: "("))
        var selection: Selection = []
        if line.take(UInt8(ascii: ")")) { return [] }
        repeat {
            let name = try line.atom()
            if name.equalsIgnoringCase("SUBSCRIBED".utf8) {
                selection.insert(.subscribed)
            } else if name.equalsIgnoringCase("REMOTE".utf8) {
                selection.insert(.remote)
            } else if name.equalsIgnoringCase("RECURSIVEMATCH".utf8) {
                selection.insert(.recursiveMatch)
            } else if name.equalsIgnoringCase("SPECIAL-USE".utf8) {
                selection.insert(.specialUse)
            } else {
                throw line.error(wanted: "a selection option that we know")
            }
        } while line.take(UInt8(ascii: " "))
        try line.expect(UInt8(ascii: ")"))
        // RFC 5258 §3.1: RECURSIVEMATCH means nothing alone or with REMOTE only.
        if selection.contains(.recursiveMatch), selection.isDisjoint(with: [.subscribed, .specialUse]) {
            throw SyntaxError(wanted: "something for RECURSIVEMATCH to match", offset: start)
        }
        return selection
    }

    private mutating func returnOptions(_ line: inout Scanner) throws(SyntaxError) {
        if line.take(UInt8(ascii: ")")) { return }
        repeat {
            let name = try line.atom()
            if name.equalsIgnoringCase("SUBSCRIBED".utf8) {
                returning.insert(.subscribed)
            } else if name.equalsIgnoringCase("CHILDREN".utf8) {
                returning.insert(.children)
            } else if name.equalsIgnoringCase("SPECIAL-USE".utf8) {
                returning.insert(.specialUse)
            } else if name.equalsIgnoringCase("STATUS".utf8) {
                try line.space()
                status = try line.statusItems()
            } else {
                throw line.error(wanted: "a return option that we know")
            }
        } while line.take(UInt8(ascii: " "))
        try line.expect(UInt8(ascii: ")"))
    }
}
