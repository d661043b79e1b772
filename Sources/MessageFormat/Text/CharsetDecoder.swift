import Glibc

/// Makes well-formed UTF-8 of octets in a charset, piece by piece; what does not belong to the charset becomes U+FFFD.
struct CharsetDecoder: ~Copyable {
    /// Octets that were of no character of the charset.
    private(set) var faults = 0
    private let charset: Charset
    /// glibc's converter; `nil` for the charsets that are read here.
    private let converter: iconv_t?
    /// The beginning of a character that the next piece ends.
    private var carried: [UInt8] = []

    init(_ charset: Charset) {
        guard case .other(let name) = charset else {
            self.charset = charset
            converter = nil
            return
        }
        let opened = iconv_open("UTF-8", name)
        // -1 is its error: this glibc came without that converter.
        let isOpen = Int(bitPattern: opened) != -1
        converter = isOpen ? opened : nil
        self.charset = isOpen ? charset : .utf8
    }

    deinit {
        if let converter { iconv_close(converter) }
    }

    /// Appends the text of the next octets.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        guard carried.isEmpty else {
            let joined = carried + Array(bytes)
            carried.removeAll()
            return joined.withUnsafeBytes { decodeJoined($0, into: &out) }
        }
        decodeJoined(bytes, into: &out)
    }

    /// Appends what is left at the end.
    mutating func finish(into out: inout [UInt8]) {
        if let converter {
            convert(converter, nil, into: &out)
            if !carried.isEmpty { replace(into: &out) }
        } else {
            for octet in carried { out.append(scalar: CharsetDecoder.windows1252(octet)) }
            faults += carried.count
        }
        carried.removeAll()
    }

    private mutating func decodeJoined(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        if let converter { return convert(converter, bytes, into: &out) }
        var at = 0
        while at < bytes.count {
            let end = bytes.endOfASCII(from: at)
            out.append(contentsOf: bytes.part(at..<end))
            at = end
            guard at < bytes.count else { return }
            switch charset == .utf8 ? bytes.utf8Sequence(at: at) : .invalid {
            case .valid(let length):
                out.append(contentsOf: bytes.part(at..<at + length))
                at += length
            case .incomplete:
                carried = Array(bytes.part(at..<bytes.count))
                return
            case .invalid:
                if charset == .utf8 { faults += 1 }
                out.append(scalar: CharsetDecoder.windows1252(bytes[at]))
                at += 1
            }
        }
    }

    /// Runs glibc's converter over a piece, or with `nil` lets it write what it holds back.
    private mutating func convert(_ converter: iconv_t, _ bytes: UnsafeRawBufferPointer?, into out: inout [UInt8]) {
        var input = bytes?.baseAddress.map { UnsafeMutablePointer(mutating: $0.assumingMemoryBound(to: CChar.self)) }
        var inputLeft = bytes?.count ?? 0
        if bytes != nil, input == nil { return }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 8192) { room in
            while true {
                var output = room.baseAddress
                var outputLeft = room.count
                let before = inputLeft
                let result = iconv(converter, &input, &inputLeft, &output, &outputLeft)
                let error = errno
                let written = room.count - outputLeft
                out.append(contentsOf: UnsafeRawBufferPointer(room).part(0..<written))
                guard result == -1 else { return }
                if error == E2BIG, written > 0 || inputLeft < before { continue }
                guard let rest = input, inputLeft > 0 else { return }
                if error == EINVAL, inputLeft < 32 {
                    carried = Array(UnsafeRawBufferPointer(start: rest, count: inputLeft))
                    return
                }
                // EILSEQ: one octet is passed over, so that every turn gets on.
                replace(into: &out)
                input = rest + 1
                inputLeft -= 1
            }
        }
    }

    private mutating func replace(into out: inout [UInt8]) {
        faults += 1
        out.append(scalar: 0xFFFD)
    }

    /// Windows-1252; the five octets that it leaves open stay what they are in ISO-8859-1.
    static func windows1252(_ octet: UInt8) -> UInt32 {
        guard octet &- 0x80 < 0x20 else { return UInt32(octet) }
        return UInt32(high[Int(octet - 0x80)])
    }

    private static let high: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
        0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
    ]
}
