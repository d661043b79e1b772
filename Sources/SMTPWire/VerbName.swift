public import MailCore

/// The first word of a command line: one to eight ASCII letters, compared without case, packed into one number so that finding a
/// verb is comparing integers. RFC 5321 §2.4
public struct VerbName: Hashable, Sendable, CustomStringConvertible {
    private let packed: UInt64

    /// A name that the program knows, in capitals.
    public init(_ name: StaticString) {
        precondition((1...8).contains(name.utf8CodeUnitCount), "a verb has one to eight letters")
        packed = name.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    }

    fileprivate init?(_ letters: ArraySlice<UInt8>) {
        guard (1...8).contains(letters.count) else { return nil }
        packed = letters.reduce(0) { $0 << 8 | UInt64($1.asciiUppercased) }
    }

    public var description: String {
        String(decoding: (0..<8).map { UInt8(truncatingIfNeeded: packed >> (56 - 8 * $0)) }.drop { $0 == 0 }, as: UTF8.self)
    }
}

extension Scanner {
    /// Takes a verb and the spaces behind it. Throws when the line does not begin with a word of a verb's length that ends at a
    /// space or with the line.
    public mutating func verbName() throws(SyntaxError) -> VerbName {
        let start = position
        let letters = take { $0.isASCIILetter }
        guard let name = VerbName(letters), atEnd || peek == UInt8(ascii: " ") else {
            throw SyntaxError(wanted: "a command", offset: start)
        }
        skipSpaces()
        return name
    }

    /// Takes any number of spaces and tabs.
    public mutating func skipSpaces() {
        while let octet = peek, octet == UInt8(ascii: " ") || octet == UInt8(ascii: "\t") { skip(1) }
    }
}

/// Facts about a command line as a whole.
public enum CommandLine {
    /// A scanner over the line without the white space at its end, which RFC 5321 §4.1.1 asks receivers to tolerate.
    public static func scanner(_ line: [UInt8]) -> Scanner {
        var end = line.count
        while end > 0, line[end - 1] == UInt8(ascii: " ") || line[end - 1] == UInt8(ascii: "\t") { end -= 1 }
        return Scanner(line, in: 0..<end)
    }

    /// Whether the line holds a control character; no command has one, and none may reach a trace or the journal.
    public static func hasControlCharacter(_ line: [UInt8]) -> Bool {
        for octet in line where (octet < 32 && octet != UInt8(ascii: "\t")) || octet == 127 { return true }
        return false
    }

    /// Whether a web browser (or a page that drives one) speaks here instead of a mail program. RFC 9110 §9, RFC 9113 §3.4
    public static func isHTTP(_ verb: VerbName) -> Bool { httpMethods.contains(verb) }

    private static let httpMethods: Set<VerbName> = [
        VerbName("GET"), VerbName("POST"), VerbName("PUT"), VerbName("HEAD"), VerbName("CONNECT"), VerbName("OPTIONS"),
        VerbName("DELETE"), VerbName("PATCH"), VerbName("TRACE"), VerbName("PRI"),
    ]
}
