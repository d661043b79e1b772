import MailCore

/// Where one `=?charset?encoding?text?=` stands. RFC 2047 §2
struct EncodedWord {
    enum Encoding { case quoted, base64 }

    /// RFC 2047 §2 allows 75 octets; some programs put a whole subject into one word. The limit keeps a field made of nothing but
    /// beginnings of words cheap.
    static let limit = 2048

    let whole: Range<Int>
    /// Without a language suffix. RFC 2231 §5
    let charset: Range<Int>
    let encoding: Encoding
    let text: Range<Int>

    /// The word that begins at `start`, if there is one. Some programs leave blanks in the text although they must not:
    /// `blanksAllowed` reads these too.
    @inline(__always)
    init?(at start: Int, of bytes: UnsafeRawBufferPointer, blanksAllowed: Bool) {
        guard start + 1 < bytes.count, bytes[start] == UInt8(ascii: "="), bytes[start + 1] == UInt8(ascii: "?") else { return nil }
        self.init(opening: start, of: bytes, blanksAllowed: blanksAllowed)
    }

    private init?(opening start: Int, of bytes: UnsafeRawBufferPointer, blanksAllowed: Bool) {
        let question = UInt8(ascii: "?")
        let limit = min(bytes.count, start + EncodedWord.limit)
        var at = start + 2
        while at < limit, bytes[at] != question, bytes[at] > 32, bytes[at] < 127 { at += 1 }
        guard at + 2 < limit, at > start + 2, bytes[at] == question, bytes[at + 2] == question else { return nil }
        switch bytes[at + 1].asciiLowercased {
        case UInt8(ascii: "q"): encoding = .quoted
        case UInt8(ascii: "b"): encoding = .base64
        default: return nil
        }
        let charsetEnd = bytes.part(start + 2..<at).position(of: UInt8(ascii: "*"), from: 0).map { start + 2 + $0 } ?? at
        let textStart = at + 3
        at = textStart
        while at + 1 < limit, bytes[at] != question || bytes[at + 1] != UInt8(ascii: "=") {
            if bytes[at].isFoldingSpace, !blanksAllowed { return nil }
            at += 1
        }
        guard at + 1 < limit else { return nil }
        charset = start + 2..<charsetEnd
        text = textStart..<at
        whole = start..<at + 2
    }
}
