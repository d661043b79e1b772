import MailCore

extension UnsafeRawBufferPointer {
    /// Where the run of ASCII that begins at `start` ends; four words of eight octets a step.
    func endOfASCII(from start: Int) -> Int {
        @inline(__always) func word(_ at: Int) -> UInt64 { loadUnaligned(fromByteOffset: at, as: UInt64.self) }
        var at = start
        while count - at >= 32, (word(at) | word(at + 8) | word(at + 16) | word(at + 24)) & 0x8080_8080_8080_8080 == 0 { at += 32 }
        while at < count, self[at] < 0x80 { at += 1 }
        return at
    }

    enum Sequence {
        case valid(Int)
        case invalid
        /// The octets may be the beginning of one.
        case incomplete
    }

    /// What begins at `start`, an octet beyond ASCII, by RFC 3629 §4's table.
    func utf8Sequence(at start: Int) -> Sequence {
        let lead = self[start]
        let length: Int
        var allowed: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { allowed = 0xA0...0xBF }
            if lead == 0xED { allowed = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { allowed = 0x90...0xBF }
            if lead == 0xF4 { allowed = 0x80...0x8F }
        default: return .invalid
        }
        for i in 1..<length {
            guard start + i < count else { return .incomplete }
            guard allowed.contains(self[start + i]) else { return .invalid }
            allowed = 0x80...0xBF
        }
        return .valid(length)
    }

    /// The scalar that begins at `at`; one that is none is read as U+FFFD, an octet long.
    @inline(__always) func scalar(at start: Int) -> (value: UInt32, length: Int) {
        guard case .valid(let length) = utf8Sequence(at: start) else { return (0xFFFD, 1) }
        var value = UInt32(self[start]) & (0x7F >> UInt32(length))
        for i in 1..<length { value = value << 6 | UInt32(self[start + i]) & 0x3F }
        return (value, length)
    }
}

extension [UInt8] {
    /// Appends a scalar in UTF-8.
    @inline(__always) mutating func append(scalar value: UInt32) {
        switch value {
        case 0..<0x80: append(UInt8(value))
        case 0x80..<0x800:
            append(UInt8(0xC0 | value >> 6))
            append(UInt8(0x80 | value & 0x3F))
        case 0x800..<0x10000:
            append(UInt8(0xE0 | value >> 12))
            append(UInt8(0x80 | value >> 6 & 0x3F))
            append(UInt8(0x80 | value & 0x3F))
        default:
            append(UInt8(0xF0 | value >> 18 & 7))
            append(UInt8(0x80 | value >> 12 & 0x3F))
            append(UInt8(0x80 | value >> 6 & 0x3F))
            append(UInt8(0x80 | value & 0x3F))
        }
    }

    /// Makes ASCII letters small, in place, from `start` on; the octets are all ASCII. Eight octets a step: adding makes an octet's
    /// high bit tell whether it is at least `A`, and whether it is beyond `Z`.
    mutating func lowercaseASCII(from start: Int) {
        withUnsafeMutableBytes { octets in
            var at = start
            while octets.count - at >= 8 {
                let word = octets.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                let fromA = word &+ 0x3F3F_3F3F_3F3F_3F3F
                let beyondZ = word &+ 0x2525_2525_2525_2525
                let capitals = (fromA ^ beyondZ) & 0x8080_8080_8080_8080
                octets.storeBytes(of: word | capitals >> 2, toByteOffset: at, as: UInt64.self)
                at += 8
            }
            while at < octets.count {
                octets[at] = octets[at].asciiLowercased
                at += 1
            }
        }
    }
}
