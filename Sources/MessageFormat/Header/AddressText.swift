import MailCore

extension UInt8 {
    /// What runs of text in an address list are made of: everything but white space and the marks of RFC 5322 §3.2.3's
    /// `specials` (the dot is text here).
    @inline(__always) var isAddressText: Bool {
        switch self {
        case 32, 9, 13, 10: false
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "["), UInt8(ascii: "]"): false
        case UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "@"), UInt8(ascii: "\\"), UInt8(ascii: ","), UInt8(ascii: "\""): false
        default: true
        }
    }
}

extension FieldScanner {
    /// Takes one run of an address list's text: a quoted string, an encoded word as a whole, an atom with its dots; of what is out
    /// of place at least one octet.
    mutating func takeText(into out: inout [UInt8]) {
        guard let octet = peek else { return }
        if octet == UInt8(ascii: "\""), takeWholeQuotedString(into: &out) { return }
        if let word = EncodedWord(at: position, of: bytes, blanksAllowed: false) {
            // Its text may hold marks that it must not hold in a phrase. RFC 2047 §5
            out.append(contentsOf: bytes.part(word.whole))
            skip(word.whole.count)
        } else if octet.isAddressText {
            out.append(contentsOf: take { $0.isAddressText })
        } else {
            if octet != UInt8(ascii: "\\"), octet != UInt8(ascii: ">"), octet != UInt8(ascii: "\"") { out.append(octet) }
            skip()
        }
    }

    /// Takes nothing when the quoted string does not end: it would swallow the rest of the list.
    private mutating func takeWholeQuotedString(into out: inout [UInt8]) -> Bool {
        guard !quotesAreText else { return false }
        let start = self
        let length = out.count
        if takeQuotedString(into: &out) { return true }
        self = start
        out.removeSubrange(length...)
        quotesAreText = true
        return false
    }

    /// `[192.0.2.1]`, with its brackets; one that does not end ends before the next separator. RFC 5322 §3.4.1
    mutating func takeDomainLiteral(into out: inout [UInt8]) {
        let end = UInt8(ascii: "]")
        out.append(contentsOf: take { $0 != end && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ">") && !$0.isFoldingSpace })
        if take(end) { out.append(end) }
    }

    /// `@a,@b:`; takes nothing when there is no colon. RFC 5322 §4.4
    mutating func takeRoute(into out: inout [UInt8]) {
        var ahead = self
        while true {
            ahead.skipGap()
            guard let octet = ahead.peek, octet != UInt8(ascii: ">"), octet != UInt8(ascii: "<"), octet != UInt8(ascii: ";"),
                !out.isEmpty || octet == UInt8(ascii: "@")
            else { break }
            ahead.skip()
            if octet == UInt8(ascii: ":") {
                self = ahead
                return
            }
            out.append(octet)
        }
        out.removeAll(keepingCapacity: true)
    }

    /// Appends what a comment's inside means. RFC 5322 §3.2.2
    func takeComment(_ inside: Range<Int>, into out: inout [UInt8]) {
        var isEscaped = false
        for octet in bytes.part(inside).trimmed() {
            if octet == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                isEscaped = false
                if octet != 13, octet != 10 { out.append(octet) }
            }
        }
    }
}
