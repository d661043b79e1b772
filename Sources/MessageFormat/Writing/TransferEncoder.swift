import MailCore

/// Puts a Content-Transfer-Encoding on, piece by piece; how the octets are cut makes no difference. RFC 2045 §6
public enum TransferEncoder: Sendable {
    /// The octets go as they are.
    case identity
    case quotedPrintable(QuotedPrintableEncoder)
    case base64(Base64LineEncoder)

    public mutating func encode(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        switch self {
        case .identity: out.append(contentsOf: bytes)
        case .quotedPrintable(var encoder):
            encoder.encode(bytes, into: &out)
            self = .quotedPrintable(encoder)
        case .base64(var encoder):
            encoder.encode(bytes, into: &out)
            self = .base64(encoder)
        }
    }

    /// No more octets come.
    public mutating func finish(into out: inout [UInt8]) {
        switch self {
        case .identity: break
        case .quotedPrintable(var encoder): encoder.finish(into: &out)
        case .base64(var encoder): encoder.finish(into: &out)
        }
    }
}

/// Text, line by line: every CR, LF or CRLF is a line end. RFC 2045 §6.7
///
/// A hyphen that begins a line is encoded, so that no line can become a boundary that was none.
public struct QuotedPrintableEncoder: Sendable {
    private var column = 0
    /// A blank that may be the last of its line, where it would be lost.
    private var blank: UInt8?
    private var isBehindCR = false

    /// Octets of a line with the `=` that ends it softly.
    private static let longestLine = 76
    private static let digits = Array("0123456789ABCDEF".utf8)

    public init() {}

    mutating func encode(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        out.reserveCapacity(out.count + bytes.count + bytes.count / 4)
        for octet in bytes {
            if isBehindCR {
                isBehindCR = false
                endLine(into: &out)
                if octet == 10 { continue }
            }
            switch octet {
            case 13: isBehindCR = true
            case 10: endLine(into: &out)
            default:
                if let blank = blank.take() { write(blank, into: &out) }
                if octet.isBlank { blank = octet } else { put(octet, into: &out) }
            }
        }
    }

    mutating func finish(into out: inout [UInt8]) {
        if isBehindCR { endLine(into: &out) }
        if let blank = blank.take() { escape(blank, into: &out) }
        self = QuotedPrintableEncoder()
    }

    private mutating func put(_ octet: UInt8, into out: inout [UInt8]) {
        let isPlain = (33...126).contains(octet) && octet != UInt8(ascii: "=")
        if isPlain { write(octet, into: &out) } else { escape(octet, into: &out) }
    }

    private mutating func write(_ octet: UInt8, into out: inout [UInt8]) {
        makeRoom(1, into: &out)
        if column == 0, octet == UInt8(ascii: "-") { return escape(octet, into: &out) }
        out.append(octet)
        column += 1
    }

    private mutating func escape(_ octet: UInt8, into out: inout [UInt8]) {
        makeRoom(3, into: &out)
        out += [UInt8(ascii: "="), Self.digits[Int(octet >> 4)], Self.digits[Int(octet & 15)]]
        column += 3
    }

    private mutating func makeRoom(_ octets: Int, into out: inout [UInt8]) {
        guard column + octets > Self.longestLine - 1 else { return }
        out += [UInt8(ascii: "="), 13, 10]
        column = 0
    }

    private mutating func endLine(into out: inout [UInt8]) {
        if let blank = blank.take() { escape(blank, into: &out) }
        out += [13, 10]
        column = 0
    }
}

/// Lines of 76 octets, the last one without its line end. RFC 2045 §6.8
public struct Base64LineEncoder: Sendable {
    private var held: [UInt8] = []
    private var isFirst = true

    /// Octets that make a line.
    private static let line = 57

    public init() {}

    mutating func encode(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        out.reserveCapacity(out.count + bytes.count / 3 * 4 + bytes.count / 19)
        var at = 0
        while held.count + bytes.count - at >= Self.line {
            let missing = Self.line - held.count
            held += bytes.part(at..<at + missing)
            at += missing
            write(into: &out)
        }
        held += bytes.part(at..<bytes.count)
    }

    mutating func finish(into out: inout [UInt8]) {
        if !held.isEmpty { write(into: &out) }
        self = Base64LineEncoder()
    }

    private mutating func write(into out: inout [UInt8]) {
        if !isFirst { out += [13, 10] }
        isFirst = false
        out += Base64.encode(held)
        held.removeAll(keepingCapacity: true)
    }
}

extension MessagePart {
    /// What the part's body means, its transfer encoding taken off.
    public func content(of body: UnsafeRawBufferPointer) -> [UInt8] {
        var decoder = TransferDecoder(transferEncoding)
        var out: [UInt8] = []
        decoder.decode(body) { out += $0 }
        return out
    }
}
