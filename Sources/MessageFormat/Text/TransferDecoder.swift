import MailCore

/// Takes a Content-Transfer-Encoding off, piece by piece. RFC 2045 §6
enum TransferDecoder {
    /// 7bit, 8bit, binary, and encodings that nobody knows: the octets are what they are.
    case identity
    case base64(Base64Decoder)
    case quotedPrintable(QuotedPrintableDecoder)

    init(_ encoding: String) {
        switch encoding {
        case "base64": self = .base64(Base64Decoder())
        case "quoted-printable": self = .quotedPrintable(QuotedPrintableDecoder())
        default: self = .identity
        }
    }

    /// Calls `take` with what the next octets mean.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Void) {
        switch self {
        case .identity: take(bytes)
        case .base64(var decoder):
            decoder.decode(bytes).withUnsafeBytes(take)
            self = .base64(decoder)
        case .quotedPrintable(var decoder):
            self = .identity
            decoder.decode(bytes).withUnsafeBytes(take)
            self = .quotedPrintable(decoder)
        }
    }
}

/// RFC 2045 §6.8; octets that are no digits are passed over, a padded end may be followed by more.
struct Base64Decoder {
    private var bits: UInt32 = 0
    private var held: UInt32 = 0

    mutating func decode(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count / 4 * 3 + 3) { out, count in
            for octet in bytes {
                let digit = Base64Decoder.digits[Int(octet)]
                if digit < 64 {
                    bits = bits << 6 | UInt32(digit)
                    held += 6
                    guard held >= 8 else { continue }
                    held -= 8
                    out[count] = UInt8(truncatingIfNeeded: bits >> held)
                    count += 1
                } else if octet == UInt8(ascii: "=") {
                    held = 0
                }
            }
        }
    }

    /// The value of each octet as a digit; 255 for what is none.
    private static let digits: [UInt8] = (0...255).map { Base64.digit(UInt8($0)) ?? 255 }
}

/// RFC 2045 §6.7; an `=` that begins nothing stays as it is.
///
///     state     meets            becomes
///     text      =                equals
///     text      blank            blanks (they go when the line ends there)
///     equals    hex digit        digit
///     equals    blank, CR, LF    soft (the line goes on)
///     digit     hex digit        text, with the octet
///     soft      blank, CR        soft
///     soft      LF               text (so does anything else, which is not taken)
struct QuotedPrintableDecoder {
    private enum State {
        case text
        case equals
        case digit(UInt8)
        case soft
    }

    private var state = State.text
    private var blanks: [UInt8] = []
    /// White space that ends a line is dropped (rule 3); a longer run is taken for text.
    private static let mostBlanks = 1000

    mutating func decode(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + blanks.count + 2)
        var at = 0
        while at < bytes.count {
            let octet = bytes[at]
            switch state {
            case .text:
                at += 1
                take(octet, into: &out)
            case .equals:
                if octet.hexDigit != nil {
                    state = .digit(octet)
                } else if octet.isFoldingSpace {
                    state = .soft
                    continue
                } else {
                    out.append(UInt8(ascii: "="))
                    state = .text
                    continue
                }
                at += 1
            case .digit(let first):
                state = .text
                if let high = first.hexDigit, let low = octet.hexDigit {
                    out.append(high << 4 | low)
                    at += 1
                } else {
                    out.append(UInt8(ascii: "="))
                    out.append(first)
                }
            case .soft:
                if octet == 10 || !octet.isFoldingSpace { state = .text }
                if octet.isFoldingSpace { at += 1 }
            }
        }
        return out
    }

    private mutating func take(_ octet: UInt8, into out: inout [UInt8]) {
        if octet.isBlank, blanks.count < QuotedPrintableDecoder.mostBlanks { return blanks.append(octet) }
        if !blanks.isEmpty {
            if octet != 13, octet != 10 { out.append(contentsOf: blanks) }
            blanks.removeAll(keepingCapacity: true)
        }
        if octet == UInt8(ascii: "=") { state = .equals } else { out.append(octet) }
    }
}
