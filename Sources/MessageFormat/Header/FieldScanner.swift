/// Walks over one field's value in place, front to back, folding and comments understood; valid as long as the bytes are.
/// Never reads past the end.
struct FieldScanner {
    let bytes: UnsafeRawBufferPointer
    private(set) var position = 0
    /// A quote without another after it was met: those that follow are text.
    var quotesAreText = false

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var atEnd: Bool { position >= bytes.count }
    var rest: UnsafeRawBufferPointer { bytes.part(position..<bytes.count) }

    /// The next octet, or `nil` at the end.
    @inline(__always) var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    @inline(__always) mutating func skip(_ n: Int = 1) { position += Swift.min(n, bytes.count - position) }

    @inline(__always) mutating func take(_ octet: UInt8) -> Bool {
        guard peek == octet else { return false }
        position += 1
        return true
    }

    /// Takes octets as long as they are of the class.
    @inline(__always) mutating func take(while isMember: (UInt8) -> Bool) -> UnsafeRawBufferPointer {
        let start = position
        while position < bytes.count, isMember(bytes[position]) { position += 1 }
        return bytes.part(start..<position)
    }

    /// What lay between two words.
    struct Gap {
        var isEmpty = true
        /// The inside of the last comment.
        var comment: Range<Int>?
    }

    /// Skips white space, line ends and comments, which may lie in each other. RFC 5322 §3.2.2
    @inline(__always) @discardableResult mutating func skipGap() -> Gap {
        var gap = Gap()
        while let octet = peek {
            if octet.isFoldingSpace {
                position += 1
            } else if octet == UInt8(ascii: "(") {
                gap.comment = skipComment()
            } else {
                break
            }
            gap.isEmpty = false
        }
        return gap
    }

    /// Skips a comment that begins here; one that does not end runs to the end. Returns its inside.
    mutating func skipComment() -> Range<Int> {
        let start = position + 1
        var depth = 0
        while let octet = peek {
            position += 1
            if octet == UInt8(ascii: "\\") {
                skip()
            } else if octet == UInt8(ascii: "(") {
                depth += 1
            } else if octet == UInt8(ascii: ")") {
                depth -= 1
                if depth == 0 { return start..<position - 1 }
            }
        }
        return Swift.min(start, position)..<position
    }

    /// Takes a quoted string that begins here and appends what it means; one that does not end runs to the end. Returns whether it
    /// ends. RFC 5322 §3.2.4
    @discardableResult mutating func takeQuotedString(into out: inout [UInt8]) -> Bool {
        skip()
        while let octet = peek {
            switch octet {
            case UInt8(ascii: "\""):
                position += 1
                return true
            case UInt8(ascii: "\\"):
                position += 1
                if let escaped = peek, escaped != 13, escaped != 10 {
                    out.append(escaped)
                    position += 1
                }
            case 13, 10: position += 1
            default:
                let run = take { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 != 13 && $0 != 10 }
                out.append(contentsOf: run)
            }
        }
        return false
    }
}
