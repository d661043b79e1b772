public import MailCore

/// One thing that FETCH is asked for. RFC 3501 §6.4.5
public enum FetchItem: Hashable, Sendable {
    case uid
    case flags
    case internalDate
    case size
    case envelope
    /// BODY without a section: the structure without extension data.
    case body
    case bodyStructure
    /// BODY[…] and BODY.PEEK[…].
    case section(BodySection, peek: Bool, partial: Partial?)
    case rfc822
    case rfc822Header
    case rfc822Text

    /// `<start.count>`: octets of the section.
    public struct Partial: Hashable, Sendable {
        public var start: UInt32
        public var count: UInt32
        public init(start: UInt32, count: UInt32) {
            self.start = start
            self.count = count
        }
    }

    /// Whether fetching it sets \Seen. RFC 3501 §6.4.5
    public var setsSeen: Bool {
        switch self {
        case .section(_, let peek, _): !peek
        case .rfc822, .rfc822Text: true
        default: false
        }
    }

    /// More than a hundred different ones nobody needs, and each might be the whole message.
    public static let most = 100

    public init(parsing line: inout Scanner) throws(SyntaxError) {
        let start = line.position
        let name = line.take { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: ".") }
        if line.peek == UInt8(ascii: "["), name.equalsIgnoringCase("BODY".utf8) || name.equalsIgnoringCase("BODY.PEEK".utf8) {
            let section = try BodySection(parsing: &line)
            self = .section(section, peek: name.count > 4, partial: try Self.partial(&line))
            return
        }
        guard let item = Self.plain.first(where: { name.equalsIgnoringCase($0.name.utf8) })?.item else {
            throw SyntaxError(wanted: "a FETCH item", offset: start)
        }
        self = item
    }

    private static func partial(_ line: inout Scanner) throws(SyntaxError) -> Partial? {
        guard line.take(UInt8(ascii: "<")) else { return nil }
        let start = try line.number32()
        try line.expect(UInt8(ascii: "."))
        let count = try line.nonZeroNumber()
        try line.expect(UInt8(ascii: ">"))
        return Partial(start: start, count: count)
    }

    private static let plain: [(name: String, item: FetchItem)] = [
        ("UID", .uid), ("FLAGS", .flags), ("INTERNALDATE", .internalDate), ("RFC822.SIZE", .size), ("ENVELOPE", .envelope),
        ("BODY", .body), ("BODYSTRUCTURE", .bodyStructure), ("RFC822", .rfc822), ("RFC822.HEADER", .rfc822Header),
        ("RFC822.TEXT", .rfc822Text),
    ]
}

extension Scanner {
    /// A macro, one item, or a list of them; each told once, in the peer's order.
    public mutating func fetchItems() throws(SyntaxError) -> [FetchItem] {
        if let macro = fetchMacro() { return macro }
        guard take(UInt8(ascii: "(")) else { return [try FetchItem(parsing: &self)] }
        var items: [FetchItem] = []
        repeat {
            let item = try FetchItem(parsing: &self)
            if !items.contains(item) { items.append(item) }
            guard items.count <= FetchItem.most else { throw error(wanted: "fewer items") }
        } while take(UInt8(ascii: " "))
        try expect(UInt8(ascii: ")"))
        return items
    }

    /// RFC 3501 §6.4.5: macros stand alone.
    private mutating func fetchMacro() -> [FetchItem]? {
        var ahead = self
        let name = ahead.take { $0.isASCIIAlphanumeric }
        let fast: [FetchItem] = [.flags, .internalDate, .size]
        let items: [FetchItem]
        if name.equalsIgnoringCase("FAST".utf8) {
            items = fast
        } else if name.equalsIgnoringCase("ALL".utf8) {
            items = fast + [.envelope]
        } else if name.equalsIgnoringCase("FULL".utf8) {
            items = fast + [.envelope, .body]
        } else {
            return nil
        }
        self = ahead
        return items
    }
}
