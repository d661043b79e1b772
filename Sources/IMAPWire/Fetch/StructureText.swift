import MailCore

/// BODY made of BODYSTRUCTURE: the same text without its extension data. RFC 3501 §7.4.2
public enum StructureText {
    /// What stands before the extension data of a body: type, subtype, parameters, id, description, encoding, octets.
    private static let basicElements = 7

    private enum Place {
        /// In the children of a multipart, before its subtype.
        case children
        /// In a message/rfc822 part, behind its envelope: its body comes, then its lines.
        case embedded
    }

    /// `nil` when the text is no body structure.
    public static func withoutExtensions(_ structure: [UInt8]) -> [UInt8]? {
        var line = Scanner(structure)
        var out: [UInt8] = []
        out.reserveCapacity(structure.count)
        var open: [Place] = []
        do throws(SyntaxError) {
            repeat {
                // A body begins here.
                try line.expect(UInt8(ascii: "("))
                out.append(UInt8(ascii: "("))
                if line.peek == UInt8(ascii: "(") {
                    open.append(.children)
                    continue
                }
                let type = try line.element()
                try line.expect(UInt8(ascii: " "))
                out += type + [UInt8(ascii: " ")] + (try line.element())
                for _ in 2..<basicElements { try copyElement(&line, &out) }
                if type.equalsIgnoringCase("\"TEXT\"".utf8) {
                    try copyElement(&line, &out)
                } else if type.equalsIgnoringCase("\"MESSAGE\"".utf8), line.peek == UInt8(ascii: " "),
                    line.peek(ahead: 1) == UInt8(ascii: "(")
                {
                    // An envelope; the first of the extension data would be a string or NIL.
                    try copyElement(&line, &out)
                    try line.space()
                    out.append(UInt8(ascii: " "))
                    open.append(.embedded)
                    continue
                }
                try close(&line, &out)
                // What a finished body finishes.
                while let place = open.last {
                    if place == .children, line.peek == UInt8(ascii: "(") { break }
                    try copyElement(&line, &out)
                    try close(&line, &out)
                    open.removeLast()
                }
            } while !open.isEmpty
            try line.expectEnd()
        } catch {
            return nil
        }
        return out
    }

    private static func copyElement(_ line: inout Scanner, _ out: inout [UInt8]) throws(SyntaxError) {
        try line.space()
        out.append(UInt8(ascii: " "))
        out += try line.element()
    }

    /// Passes over extension data and takes the closing parenthesis.
    private static func close(_ line: inout Scanner, _ out: inout [UInt8]) throws(SyntaxError) {
        while line.take(UInt8(ascii: " ")) { _ = try line.element() }
        try line.expect(UInt8(ascii: ")"))
        out.append(UInt8(ascii: ")"))
    }
}

extension Scanner {
    /// One element of a parenthesised text as it stands: a string, a number, NIL, or a list with all that is in it.
    mutating func element() throws(SyntaxError) -> ArraySlice<UInt8> {
        let start = position
        var depth = 0
        repeat {
            switch peek {
            case UInt8(ascii: "("):
                skip(1)
                depth += 1
                continue
            case UInt8(ascii: ")"):
                guard depth > 0 else { throw error(wanted: "an element") }
                skip(1)
                depth -= 1
            case UInt8(ascii: "\""), UInt8(ascii: "{"): try skipString()
            case UInt8(ascii: " ") where depth > 0:
                skip(1)
                continue
            default: _ = try atom()
            }
        } while depth > 0
        return bytes[start..<position]
    }

    private mutating func skipString() throws(SyntaxError) {
        if take(UInt8(ascii: "{")) {
            let count = try number(limit: UInt64(UInt32.max))
            try expect("}\r\n")
            guard count <= UInt64(remaining) else { throw error(wanted: "the whole literal") }
            skip(Int(count))
            return
        }
        skip(1)
        while let octet = next() {
            if octet == UInt8(ascii: "\"") { return }
            if octet == UInt8(ascii: "\\") { skip(1) }
        }
        throw error(wanted: "a closing quote")
    }
}
