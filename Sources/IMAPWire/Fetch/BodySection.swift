public import MailCore

/// Which part of a message BODY[…] asks for. RFC 3501 §6.4.5
public struct BodySection: Hashable, Sendable {
    public enum Text: Hashable, Sendable {
        /// The part itself; the whole message without a part number.
        case whole
        case header
        /// Names as the peer wrote them.
        case headerFields([[UInt8]])
        case headerFieldsNot([[UInt8]])
        case text
        /// The part's MIME header; only with a part number.
        case mime
    }

    /// Part numbers from 1; empty for the message itself.
    public var part: [Int]
    public var text: Text

    /// No message has deeper parts that we would number.
    public static let deepest = 100

    public init(part: [Int] = [], text: Text = .whole) {
        self.part = part
        self.text = text
    }

    /// Takes `[` … `]`.
    public init(parsing line: inout Scanner) throws(SyntaxError) {
        try line.expect(UInt8(ascii: "["))
        part = []
        text = .whole
        while line.peek?.isASCIIDigit == true {
            part.append(Int(try line.nonZeroNumber()))
            guard part.count <= Self.deepest else { throw line.error(wanted: "a shallower part") }
            if !line.take(UInt8(ascii: ".")) {
                try line.expect(UInt8(ascii: "]"))
                return
            }
            if line.peek?.isASCIIDigit != true && line.peek?.isASCIILetter != true { throw line.error(wanted: "a part") }
        }
        if line.take("HEADER.FIELDS.NOT ") {
            text = .headerFieldsNot(try Self.fieldNames(&line))
        } else if line.take("HEADER.FIELDS ") {
            text = .headerFields(try Self.fieldNames(&line))
        } else if line.take("HEADER") {
            text = .header
        } else if line.take("TEXT") {
            text = .text
        } else if !part.isEmpty {
            try line.expect("MIME")
            text = .mime
        }
        try line.expect(UInt8(ascii: "]"))
    }

    /// What stands between the brackets of the answer.
    public var description: [UInt8] {
        var out: [UInt8] = Array(part.map(String.init).joined(separator: ".").utf8)
        if !part.isEmpty, text != .whole { out.append(UInt8(ascii: ".")) }
        switch text {
        case .whole: break
        case .header: out += "HEADER".utf8
        case .text: out += "TEXT".utf8
        case .mime: out += "MIME".utf8
        case .headerFields(let names): out += "HEADER.FIELDS (".utf8 + Self.list(names) + ")".utf8
        case .headerFieldsNot(let names): out += "HEADER.FIELDS.NOT (".utf8 + Self.list(names) + ")".utf8
        }
        return out
    }

    private static func list(_ names: [[UInt8]]) -> [UInt8] {
        Array(names.map { IMAPString.encodeAstring($0) }.joined(separator: [UInt8(ascii: " ")]))
    }

    /// RFC 3501 §9 `header-list`.
    private static func fieldNames(_ line: inout Scanner) throws(SyntaxError) -> [[UInt8]] {
        try line.expect(UInt8(ascii: "("))
        var names: [[UInt8]] = []
        repeat {
            let name = try line.astring()
            names.append(name)
            guard names.count <= 200 else { throw line.error(wanted: "fewer field names") }
        } while line.take(UInt8(ascii: " "))
        try line.expect(UInt8(ascii: ")"))
        return names
    }
}
