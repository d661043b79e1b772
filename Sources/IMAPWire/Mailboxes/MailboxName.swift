import MailCore

/// The name of a mailbox that can exist: levels with `/` between them, none empty, no control characters, at most 255 octets of
/// UTF-8 a level and 1,000 in all. RFC 3501 §5.1
public struct MailboxName: Hashable, Sendable, CustomStringConvertible {
    /// UTF-8; `INBOX` in upper case, also as the first level.
    public let text: String

    public static let inbox = MailboxName(checked: "INBOX")
    public static let separator = UInt8(ascii: "/")
    public static let longestLevel = 255
    public static let longestName = 1000

    private init(checked text: String) { self.text = text }

    /// From its wire form; `nil` when no mailbox can have this name.
    public init?(wire: some Collection<UInt8>) {
        guard wire.count <= 4 * Self.longestName, let text = ModifiedUTF7.decode(wire) else { return nil }
        self.init(text)
    }

    /// `nil` when no mailbox can have this name.
    public init?(_ text: String) {
        let utf8 = text.utf8
        guard !utf8.isEmpty, utf8.count <= Self.longestName,
            utf8.split(separator: Self.separator, omittingEmptySubsequences: false)
                .allSatisfy({ (1...Self.longestLevel).contains($0.count) }),
            text.unicodeScalars.allSatisfy(Self.mayStand)
        else { return nil }
        self.text = Self.withInboxRaised(text)
    }

    public static func == (a: MailboxName, b: MailboxName) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
    public func hash(into hasher: inout Hasher) {
        for octet in text.utf8 { hasher.combine(octet) }
    }
    public var description: String { text }

    public var isInbox: Bool { text.utf8.elementsEqual("INBOX".utf8) }

    /// Whether a LIST pattern could not tell this name from others; such names are not made. RFC 3501 §6.3.8
    public var holdsWildcard: Bool { text.utf8.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "*") } }

    /// Quoted modified UTF-7, as it stands in LIST, STATUS and the like.
    public var wire: [UInt8] { Self.wire(of: text) }

    /// The same for any name.
    public static func wire(of name: String) -> [UInt8] { IMAPString.quote(ModifiedUTF7.encode(name)) }

    /// The names above this one, the nearest first.
    public static func parents(of name: String) -> some Sequence<String> {
        sequence(state: Substring(name)) { rest in
            guard let cut = rest.utf8.lastIndex(of: separator) else { return nil }
            rest = rest[..<cut]
            return String(rest)
        }
    }

    /// The first level is compared without case when it is INBOX. RFC 3501 §5.1
    private static func withInboxRaised(_ text: String) -> String {
        let first = text.utf8.prefix { $0 != separator }
        guard first.equalsIgnoringCase("INBOX".utf8) else { return text }
        return "INBOX" + text.dropFirst(5)
    }

    private static func mayStand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: false
        default: true
        }
    }
}
