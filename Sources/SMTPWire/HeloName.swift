public import MailCore

/// What a client calls itself in `EHLO` or `HELO`.
///
/// RFC 5321 §4.1.4 forbids to refuse mail because the name proves wrong, and many clients send what is no domain at all, so anything of
/// at most 255 octets without spaces is taken; octets that have no place in a trace become `?`.
public struct HeloName: Hashable, Sendable, CustomStringConvertible {
    /// Letters, digits and `.-_:[]?` only.
    public let octets: [UInt8]

    public init(parsing line: inout Scanner) throws(SyntaxError) {
        let name = line.take { $0 > 32 && $0 != 127 }
        guard (1...255).contains(name.count) else { throw line.error(wanted: "a host's name") }
        line.skipSpaces()
        try line.expectEnd()
        octets = name.map { $0.isASCIIAlphanumeric || ".-_:[]".utf8.contains($0) ? $0 : UInt8(ascii: "?") }
    }

    public var description: String { String(decoding: octets, as: UTF8.self) }
}
