/// Mailbox names on the wire: UTF-7 as IMAP changed it. RFC 3501 §5.1.3
public enum ModifiedUTF7 {
    /// Only the canonical form is a name: two spellings of one mailbox would be two mailboxes. `nil` for octets that are not
    /// printable ASCII, for base 64 that is unfinished, padded, not UTF-16, or that hides what needs no hiding, and for two
    /// neighbouring stretches of it.
    public static func decode(_ wire: some Collection<UInt8>) -> String? {
        var text = ""
        var afterShift = false
        var index = wire.startIndex
        while index < wire.endIndex {
            let octet = wire[index]
            wire.formIndex(after: &index)
            guard octet == UInt8(ascii: "&") else {
                guard (0x20...0x7E).contains(octet) else { return nil }
                text.unicodeScalars.append(Unicode.Scalar(octet))
                afterShift = false
                continue
            }
            guard let end = wire[index...].firstIndex(of: UInt8(ascii: "-")) else { return nil }
            if index == end {
                text.unicodeScalars.append("&")
                afterShift = false
            } else {
                guard !afterShift, let shifted = decodeShifted(wire[index..<end]) else { return nil }
                text += shifted
                afterShift = true
            }
            index = wire.index(after: end)
        }
        return text
    }

    /// The canonical form of any text; control characters are not this type's concern.
    public static func encode(_ text: String) -> [UInt8] {
        var wire: [UInt8] = []
        var units: [UInt16] = []
        for unit in text.utf16 {
            guard (0x20...0x7E).contains(unit) else {
                units.append(unit)
                continue
            }
            flush(&units, into: &wire)
            wire.append(UInt8(unit))
            if unit == 0x26 { wire.append(UInt8(ascii: "-")) }
        }
        flush(&units, into: &wire)
        return wire
    }

    private static func flush(_ units: inout [UInt16], into wire: inout [UInt8]) {
        guard !units.isEmpty else { return }
        wire.append(UInt8(ascii: "&"))
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for unit in units {
            bits = bits << 16 | UInt32(unit)
            held += 16
            while held >= 6 {
                held -= 6
                wire.append(alphabet[Int(bits >> held & 63)])
            }
            bits &= 63
        }
        if held > 0 { wire.append(alphabet[Int(bits << (6 - held) & 63)]) }
        wire.append(UInt8(ascii: "-"))
        units.removeAll(keepingCapacity: true)
    }

    private static func decodeShifted(_ base64: some Collection<UInt8>) -> String? {
        var units: [UInt16] = []
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for octet in base64 {
            guard let digit = digit(octet) else { return nil }
            bits = bits << 6 | UInt32(digit)
            held += 6
            if held >= 16 {
                held -= 16
                let unit = UInt16(truncatingIfNeeded: bits >> held)
                if (0x20...0x7E).contains(unit) { return nil }
                units.append(unit)
            }
            bits &= 0xFFFF
        }
        guard held < 6, bits & (1 << held - 1) == 0, !units.isEmpty else { return nil }
        return String(validating: units, as: UTF16.self)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 65...90: octet - 65
        case 97...122: octet - 71
        case 48...57: octet + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: ","): 63
        default: nil
        }
    }
}
