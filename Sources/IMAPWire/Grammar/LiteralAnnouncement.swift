import MailCore

/// `{n}`, `{n+}` or `{n-}` at the end of a line: so many octets come next, which are not a line. RFC 3501 §4.3, RFC 7888 §3
public struct LiteralAnnouncement: Hashable, Sendable {
    /// Octets announced. A number of the peer's making: never reserve as much.
    public var count: UInt64
    /// Whether the peer waits for our `+` before it sends them.
    public var isSynchronising: Bool

    /// `nil` when the line does not end in an announcement.
    public init?(endOf line: [UInt8]) {
        guard line.last == UInt8(ascii: "}"), let brace = line.lastIndex(of: UInt8(ascii: "{")) else { return nil }
        var scanner = Scanner(line, in: brace + 1..<line.count - 1)
        guard let number = try? scanner.number(limit: .max) else { return nil }
        isSynchronising = !(scanner.take(UInt8(ascii: "+")) || scanner.take(UInt8(ascii: "-")))
        guard scanner.atEnd else { return nil }
        count = number
    }
}
