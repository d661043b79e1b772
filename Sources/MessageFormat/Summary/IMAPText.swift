/// Text for an IMAP answer under construction. RFC 3501 §4
struct IMAPText {
    private(set) var bytes: [UInt8] = []

    /// One ASCII character.
    @inline(__always) mutating func mark(_ character: Unicode.Scalar) { bytes.append(UInt8(truncatingIfNeeded: character.value)) }

    mutating func add(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func add(_ number: Int) {
        var rest = UInt(bitPattern: Swift.max(0, number))
        if rest < 10 { return bytes.append(48 + UInt8(rest)) }
        let start = bytes.count
        while rest > 0 {
            bytes.append(48 + UInt8(rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }

    /// Text that is already of IMAP's form.
    mutating func add(rendered text: [UInt8]) { bytes.append(contentsOf: text) }

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    /// Adds a copy of what was written before.
    mutating func add(again range: Range<Int>) { bytes.append(contentsOf: Array(bytes[range])) }

    /// Takes back what was written from `start` on.
    mutating func drop(from start: Int) { bytes.removeSubrange(start...) }

    /// A quoted string where the octets are printable ASCII (or tabs), else a literal. RFC 3501 §4.3
    /// NUL can be in neither (RFC 3501 §9 CHAR8), it is left out.
    mutating func add(string octets: UnsafeRawBufferPointer) {
        var hasMark = false
        var isPrintable = true
        var nulls = 0
        for octet in octets {
            if octet &- 32 < 95 {
                hasMark = hasMark || octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\")
            } else if octet == 0 {
                nulls += 1
            } else if octet != 9 {
                isPrintable = false
            }
        }
        guard isPrintable else { return add(literal: octets, nulls: nulls) }
        bytes.append(UInt8(ascii: "\""))
        if hasMark || nulls > 0 {
            for octet in octets where octet != 0 {
                if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(octet)
            }
        } else {
            bytes.append(contentsOf: octets)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func add(literal octets: UnsafeRawBufferPointer, nulls: Int) {
        mark("{")
        add(octets.count - nulls)
        add("}\r\n")
        if nulls == 0 {
            bytes.append(contentsOf: octets)
        } else {
            for octet in octets where octet != 0 { bytes.append(octet) }
        }
    }

    mutating func add(string octets: [UInt8]) { octets.withUnsafeBytes { add(string: $0) } }

    mutating func add(string text: String) {
        var text = text
        text.withUTF8 { add(string: UnsafeRawBufferPointer($0)) }
    }

    /// `NIL` for nothing. RFC 3501 §4.5
    mutating func add(optional octets: [UInt8]?) {
        if let octets { add(string: octets) } else { add("NIL") }
    }
}
