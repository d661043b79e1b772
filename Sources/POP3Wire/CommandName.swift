public import MailCore

/// The keyword of a command line: one to eight ASCII letters, compared without case, packed into one number so that finding a
/// command is comparing integers. RFC 1939 §3 has three or four letters; more are read so that HTTP is known when it is heard.
public struct CommandName: Hashable, Sendable, CustomStringConvertible {
    private let packed: UInt64

    /// A name that the program knows, in capitals.
    public init(_ name: StaticString) {
        precondition((1...8).contains(name.utf8CodeUnitCount), "a keyword has one to eight letters")
        packed = name.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    }

    fileprivate init?(_ letters: ArraySlice<UInt8>) {
        guard (1...8).contains(letters.count) else { return nil }
        packed = letters.reduce(0) { $0 << 8 | UInt64($1.asciiUppercased) }
    }

    public var description: String {
        String(decoding: (0..<8).map { UInt8(truncatingIfNeeded: packed >> (56 - 8 * $0)) }.drop { $0 == 0 }, as: UTF8.self)
    }

    /// Whether a web browser (or a page that drives one) speaks here instead of a mail program. RFC 9110 §9, RFC 9113 §3.4
    public var isHTTP: Bool { Self.httpMethods.contains(self) }

    private static let httpMethods: Set<CommandName> = [
        CommandName("GET"), CommandName("POST"), CommandName("PUT"), CommandName("HEAD"), CommandName("CONNECT"), CommandName("OPTIONS"),
        CommandName("DELETE"), CommandName("PATCH"), CommandName("TRACE"), CommandName("PRI"),
    ]
}

extension Scanner {
    /// Takes a keyword, which ends at a space or with the line. The space, if there is one, is left for the arguments.
    public mutating func commandName() throws(SyntaxError) -> CommandName {
        let start = position
        let letters = take { $0.isASCIILetter }
        guard let name = CommandName(letters), atEnd || peek == UInt8(ascii: " ") else {
            throw SyntaxError(wanted: "a command", offset: start)
        }
        return name
    }
}
