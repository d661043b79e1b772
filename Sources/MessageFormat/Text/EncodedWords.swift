import MailCore

/// `=?utf-8?Q?Gr=C3=BC=C3=9Fe?=` — RFC 2047
public enum EncodedWords {
    /// The text that a person reads, folding taken off. Octets beyond ASCII are taken as UTF-8 or, where they are not, as
    /// Windows-1252; so is a word in an unknown charset.
    public static func decode(_ bytes: some Collection<UInt8>) -> String {
        bytes.withOctets { String(decoding: decodedUTF8($0), as: UTF8.self) }
    }

    /// The same as octets of well-formed UTF-8.
    static func decodedUTF8(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var reader = EncodedWordReader(bytes)
        return reader.read()
    }
}

/// Reads a field's value from left to right.
private struct EncodedWordReader {
    let bytes: UnsafeRawBufferPointer
    var out: [UInt8] = []
    /// Octets of words that follow each other in one charset: programs cut characters in two between words, although
    /// RFC 2047 §5 forbids it.
    var held: [UInt8] = []
    var heldCharset: Range<Int>?
    /// Where the next `?=` stands, as far as it has been looked for.
    private var nextEnd = -1

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        out.reserveCapacity(bytes.count)
    }

    mutating func read() -> [UInt8] {
        var textStart = 0
        var at = 0
        while let opening = bytes.position(of: UInt8(ascii: "="), from: at) {
            guard let word = word(at: opening) else {
                at = opening + 1
                continue
            }
            let between = bytes.part(textStart..<opening)
            // White space between two encoded words is not text. RFC 2047 §6.2
            if heldCharset == nil || !between.allSatisfy(\.isFoldingSpace) {
                release()
                addText(between)
            }
            add(word)
            at = word.whole.upperBound
            textStart = at
        }
        release()
        addText(bytes.part(textStart..<bytes.count))
        return out
    }

    /// The word that begins at `start`. Text that is full of beginnings is not searched for an end again for each of them.
    private mutating func word(at start: Int) -> EncodedWord? {
        if nextEnd < start + 2 { nextEnd = bytes.position(of: UInt8(ascii: "?"), followedBy: UInt8(ascii: "="), from: start + 2) ?? .max }
        guard nextEnd - start <= EncodedWord.limit else { return nil }
        return EncodedWord(at: start, of: bytes, blanksAllowed: true)
    }

    private mutating func add(_ word: EncodedWord) {
        if let charset = heldCharset, !bytes.part(charset).equalsIgnoringCase(bytes.part(word.charset)) { release() }
        heldCharset = word.charset
        let text = bytes.part(word.text)
        switch word.encoding {
        case .base64:
            var decoder = Base64Decoder()
            held.append(contentsOf: decoder.decode(text))
        case .quoted: EncodedWordReader.decodeQuoted(text, into: &held)
        }
    }

    /// RFC 2047 §4.2
    private static func decodeQuoted(_ text: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        var at = 0
        while at < text.count {
            if text[at] == UInt8(ascii: "="), text.count - at > 2, let high = text[at + 1].hexDigit, let low = text[at + 2].hexDigit {
                out.append(high << 4 | low)
                at += 3
            } else {
                if text[at] != 13, text[at] != 10 { out.append(text[at] == UInt8(ascii: "_") ? 32 : text[at]) }
                at += 1
            }
        }
    }

    private mutating func release() {
        guard let charset = heldCharset else { return }
        TextDecoder.appendRepaired(held, charset: String(decoding: bytes.part(charset), as: UTF8.self), to: &out)
        held.removeAll(keepingCapacity: true)
        heldCharset = nil
    }

    private mutating func addText(_ text: UnsafeRawBufferPointer) {
        var decoder = CharsetDecoder(.utf8)
        var start = 0
        while let feed = text.position(of: 10, from: start) {
            let end = feed > start && text[feed - 1] == 13 ? feed - 1 : feed
            decoder.decode(text.part(start..<end), into: &out)
            start = feed + 1
        }
        decoder.decode(text.part(start..<text.count), into: &out)
        decoder.finish(into: &out)
    }
}
