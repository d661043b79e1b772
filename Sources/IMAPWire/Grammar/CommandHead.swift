public import MailCore

/// What every command begins with: `tag SP [“UID” SP] name`. RFC 3501 §9 `command`
public struct CommandHead: Hashable, Sendable {
    /// The peer's own name for the command, as it came; at most `longestTag` octets.
    public var tag: [UInt8]
    /// In upper case.
    public var name: String
    /// Whether `UID` stood before the name. RFC 3501 §6.4.8
    public var byUID: Bool

    /// No client needs more; what is echoed back stays bounded.
    public static let longestTag = 255

    /// Leaves the scanner directly behind the name.
    public init(parsing line: inout Scanner) throws(SyntaxError) {
        tag = Array(try line.tag())
        guard tag.count <= Self.longestTag else { throw SyntaxError(wanted: "a shorter tag", offset: 0) }
        try line.space()
        var word = try line.atom()
        byUID = false
        if word.equalsIgnoringCase("UID".utf8), line.take(UInt8(ascii: " ")) {
            byUID = true
            word = try line.atom()
        }
        name = String(decoding: word.map(\.asciiUppercased), as: UTF8.self)
    }

    /// The tag alone, for answering a command whose rest makes no sense; `nil` when even that is none.
    public static func tag(of line: [UInt8]) -> [UInt8]? {
        var scanner = Scanner(line)
        guard let tag = try? scanner.tag(), tag.count <= longestTag, scanner.atEnd || scanner.peek == UInt8(ascii: " ") else { return nil }
        return Array(tag)
    }
}
