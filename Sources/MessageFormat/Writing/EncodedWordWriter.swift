import MailCore

/// Writes text into a header so that any program can read it. RFC 2047
public enum EncodedWordWriter {
    /// Octets of one word, and of one line. RFC 2047 §2
    private static let longestWord = 75
    private static let opening = "=?UTF-8?"

    /// A field's whole text, folded: `Subject: =?UTF-8?Q?…?=` and its CRLF. Text without need for encoding is written as it is.
    public static func field(_ name: String, text: String) -> [UInt8] {
        let start = Array("\(name): ".utf8)
        let octets = Array(text.utf8)
        if octets.allSatisfy({ (32...126).contains($0) }), octets.count + start.count <= 998, !text.contains("=?") {
            return start + folded(octets, column: start.count) + [13, 10]
        }
        var out = start
        var column = start.count
        for (number, word) in words(text, firstRoom: longestWord - start.count).enumerated() {
            if number > 0 {
                out += [13, 10, 32]
                column = 1
            }
            out += word
            column += word.count
        }
        return out + [13, 10]
    }

    /// Encoded words, each a whole number of characters, by whichever encoding is shorter for the text.
    static func words(_ text: String, firstRoom: Int) -> [[UInt8]] {
        let scalars = text.unicodeScalars.map { scalar in Array(String(scalar).utf8) }
        let octets = scalars.reduce(0) { $0 + $1.count }
        let quotedLength = scalars.reduce(0) { $0 + $1.reduce(0) { $0 + (isPlain($1) ? 1 : 3) } }
        return quotedLength <= (octets + 2) / 3 * 4 ? quoted(scalars, firstRoom) : base64(scalars, firstRoom)
    }

    private static func quoted(_ scalars: [[UInt8]], _ firstRoom: Int) -> [[UInt8]] {
        let frame = opening.utf8.count + 4
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        var room = max(firstRoom, 20) - frame
        func close() -> [UInt8] { Array("\(opening)Q?".utf8) + word + Array("?=".utf8) }
        for scalar in scalars {
            let encoded = scalar.flatMap { $0 == 32 ? [UInt8(ascii: "_")] : isPlain($0) ? [$0] : hex($0) }
            if word.count + encoded.count > room, !word.isEmpty {
                words.append(close())
                word = []
                room = longestWord - frame
            }
            word += encoded
        }
        if !word.isEmpty || words.isEmpty { words.append(close()) }
        return words
    }

    private static func base64(_ scalars: [[UInt8]], _ firstRoom: Int) -> [[UInt8]] {
        let frame = opening.utf8.count + 4
        var words: [[UInt8]] = []
        var held: [UInt8] = []
        var room = (max(firstRoom, 20) - frame) / 4 * 3
        func close() -> [UInt8] { Array("\(opening)B?".utf8) + Base64.encode(held) + Array("?=".utf8) }
        for scalar in scalars {
            if held.count + scalar.count > room, !held.isEmpty {
                words.append(close())
                held = []
                room = (longestWord - frame) / 4 * 3
            }
            held += scalar
        }
        if !held.isEmpty || words.isEmpty { words.append(close()) }
        return words
    }

    /// What may stand in a Q word as it is, wherever the word stands. RFC 2047 §5 (3)
    private static func isPlain(_ octet: UInt8) -> Bool {
        octet.isASCIIAlphanumeric || octet == 32 || octet == UInt8(ascii: "!") || octet == UInt8(ascii: "*") || octet == UInt8(ascii: "+")
            || octet == UInt8(ascii: "-") || octet == UInt8(ascii: "/")
    }

    private static func hex(_ octet: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
    }

    /// Lines of at most 78 octets where blanks allow it. RFC 5322 §2.2.3
    private static func folded(_ text: [UInt8], column start: Int) -> [UInt8] {
        var out: [UInt8] = []
        var column = start
        var word = text[...]
        while !word.isEmpty {
            let blanks = word.prefix { $0 == 32 }
            let rest = word.dropFirst(blanks.count)
            let next = rest.prefix { $0 != 32 }
            if !out.isEmpty, !blanks.isEmpty, !next.isEmpty, column + blanks.count + next.count > 78 {
                out += [13, 10]
                column = 0
            }
            out += blanks
            out += next
            column += blanks.count + next.count
            word = rest.dropFirst(next.count)
        }
        return out
    }
}
