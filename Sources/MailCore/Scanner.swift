/// A peer's bytes are not of the grammar's shape. What the peer hears is the face's business.
public struct SyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wanted, for the answer's text: `"a path in angle brackets"`. Never the peer's own bytes.
    public var wanted: String
    /// Octets from the beginning of what was scanned.
    public var offset: Int
    /// It is a parameter behind the command's own argument that is wrong: faces have another code for it.
    public var isOfParameter = false

    public init(wanted: String, offset: Int) {
        self.wanted = wanted
        self.offset = offset
    }

    public var description: String { "wanted \(wanted) at \(offset)" }
}

/// Walks over bytes, front to back, without ever reading past them. Every parser of floor 1 stands on it.
///
/// A scanner is a value: copy it to look ahead, assign the copy back to accept.
public struct Scanner: Sendable {
    public let bytes: [UInt8]
    public private(set) var position: Int
    /// One past the last octet that may be read.
    public let end: Int

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    public init(_ text: String) { self.init(Array(text.utf8)) }

    /// A scanner over a part of `bytes`; the range is clamped to it.
    public init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        let range = range.clamped(to: 0..<bytes.count)
        position = range.lowerBound
        end = range.upperBound
    }

    @inlinable public var atEnd: Bool { position >= end }
    @inlinable public var remaining: Int { end - position }
    public var rest: ArraySlice<UInt8> { bytes[position..<end] }

    /// The next octet, or `nil` at the end.
    public var peek: UInt8? { position < end ? bytes[position] : nil }

    /// The octet `n` places further on, or `nil` beyond the end.
    public func peek(ahead n: Int) -> UInt8? { n >= 0 && n < end - position ? bytes[position + n] : nil }

    /// Takes the next octet.
    public mutating func next() -> UInt8? {
        guard position < end else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    /// Moves on by at most `n` octets.
    public mutating func skip(_ n: Int) { position += Swift.max(0, Swift.min(n, end - position)) }

    /// Goes to an absolute position, clamped to what may be read.
    public mutating func move(to newPosition: Int) { position = Swift.max(0, Swift.min(newPosition, end)) }

    /// Takes the octet if it is the next one.
    public mutating func take(_ octet: UInt8) -> Bool {
        guard position < end, bytes[position] == octet else { return false }
        position += 1
        return true
    }

    /// Takes the ASCII text if it comes next; letters are compared without case.
    public mutating func take(_ text: StaticString) -> Bool {
        let n = text.utf8CodeUnitCount
        guard n <= end - position else { return false }
        for i in 0..<n where bytes[position + i].asciiLowercased != text.utf8Start[i].asciiLowercased { return false }
        position += n
        return true
    }

    /// Takes octets as long as they are of the class.
    public mutating func take(while isMember: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        while position < end, isMember(bytes[position]) { position += 1 }
        return bytes[start..<position]
    }

    /// Takes everything before `octet`, and `octet` itself; `nil` (and no move) when it does not come.
    public mutating func take(through octet: UInt8) -> ArraySlice<UInt8>? {
        guard let found = bytes[position..<end].firstIndex(of: octet) else { return nil }
        defer { position = found + 1 }
        return bytes[position..<found]
    }

    public mutating func expect(_ text: StaticString) throws(SyntaxError) {
        guard take(text) else { throw error(wanted: "\"\(text)\"") }
    }

    public mutating func expect(_ octet: UInt8) throws(SyntaxError) {
        guard take(octet) else { throw error(wanted: "\"\(Character(UnicodeScalar(octet)))\"") }
    }

    public func expectEnd() throws(SyntaxError) {
        guard atEnd else { throw error(wanted: "the end of the line") }
    }

    /// A decimal number without sign, at most `limit`; leading zeros are allowed. `Int("+5")` and overflow are not our grammar.
    public mutating func number(limit: UInt64 = UInt64(Int64.max)) throws(SyntaxError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        while let octet = peek, octet.isASCIIDigit {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(UInt64(octet - 48))
            guard !overflow, !carry, sum <= limit else {
                position = start
                throw error(wanted: "a number up to \(limit)")
            }
            value = sum
            position += 1
        }
        guard position > start else { throw error(wanted: "a number") }
        return value
    }

    public func error(wanted: String) -> SyntaxError { SyntaxError(wanted: wanted, offset: position) }
}

extension UInt8 {
    @inlinable public var asciiLowercased: UInt8 { self &- 65 < 26 ? self | 0x20 : self }
    @inlinable public var asciiUppercased: UInt8 { self &- 97 < 26 ? self & 0xDF : self }
    @inlinable public var isASCIIDigit: Bool { self &- 48 < 10 }
    @inlinable public var isASCIILetter: Bool { (self | 0x20) &- 97 < 26 }
    @inlinable public var isASCIIAlphanumeric: Bool { isASCIIDigit || isASCIILetter }
    /// RFC 5322 §3.2.3 atext, ASCII only.
    public var isAtomText: Bool {
        if isASCIIAlphanumeric { return true }
        switch self {
        case 33, 35, 36, 37, 38, 39, 42, 43, 45, 47, 61, 63, 94, 95, 96, 123, 124, 125, 126: return true
        default: return false
        }
    }
}

extension Sequence<UInt8> {
    /// Whether the ASCII text stands here, letters compared without case, nothing before or after.
    @inlinable public func equalsIgnoringCase(_ other: some Sequence<UInt8>) -> Bool {
        var a = makeIterator()
        var b = other.makeIterator()
        while let x = a.next() {
            guard let y = b.next(), x.asciiLowercased == y.asciiLowercased else { return false }
        }
        return b.next() == nil
    }
}

extension String {
    /// ASCII letters only; what is not ASCII stays as it is.
    public var asciiLowercased: String {
        var text = self
        return text.withUTF8 { raw in
            guard raw.contains(where: { $0 &- 65 < 26 }) else { return nil as String? }
            return String(decoding: raw.map(\.asciiLowercased), as: UTF8.self)
        } ?? text
    }
}
