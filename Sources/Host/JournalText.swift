/// Makes text that a peer may have chosen harmless to show: one line, no control characters, no change of direction.
enum JournalText {
    static func escaped(_ text: String) -> String {
        // Nearly all of it is plain.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        guard text.unicodeScalars.contains(where: isTreacherous) else { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isTreacherous(scalar) { out.append(contentsOf: code(scalar).unicodeScalars) } else { out.append(scalar) }
        }
        return String(out)
    }

    /// As it is when it is one plain word; else escaped, in quotes.
    static func quoted(_ text: String) -> String {
        let isWord = !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
        guard !isWord else { return text }
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else { return "\"\(escaped(text))\"" }
        let inner = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped(inner))\""
    }

    /// C0, DEL and C1 controls; line and paragraph separators; bidirectional overrides, with which a name can be shown backwards.
    private static func isTreacherous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func code(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            let hex = String(scalar.value, radix: 16)
            return scalar.value < 0x100 ? "\\x" + (hex.utf8.count < 2 ? "0" : "") + hex : "\\u{\(hex)}"
        }
    }
}
