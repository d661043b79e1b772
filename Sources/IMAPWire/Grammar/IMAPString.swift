import MailCore

/// How we write strings: quoted where the grammar allows it, else as a literal. RFC 3501 §4.3
public enum IMAPString {
    /// The wire form of any text without NUL.
    public static func encode(_ text: some Collection<UInt8>) -> [UInt8] {
        if text.contains(where: { $0 < 0x20 || $0 >= 0x7F }) || text.count > longestQuoted {
            return Array("{\(text.count)}\r\n".utf8) + text
        }
        return quote(text)
    }

    /// An atom where it can be one, else like `encode`. For what is echoed in the peer's own words.
    public static func encodeAstring(_ text: some Collection<UInt8>) -> [UInt8] {
        if !text.isEmpty, text.allSatisfy(\.isIMAPAstringText), !text.equalsIgnoringCase("NIL".utf8) { return Array(text) }
        return encode(text)
    }

    /// For texts that are known to be printable ASCII.
    public static func quote(_ text: some Collection<UInt8>) -> [UInt8] {
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        quoted.reserveCapacity(text.count + 2)
        for octet in text {
            if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(octet)
        }
        quoted.append(UInt8(ascii: "\""))
        return quoted
    }

    /// Longer ones go as literals, so that no client meets a line that it cannot hold. RFC 2683 §3.2.1.5
    static let longestQuoted = 1000
}
