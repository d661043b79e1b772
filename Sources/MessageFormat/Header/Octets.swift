import Glibc
import MailCore

/// Searching and comparing in place. The caller's ranges lie inside the buffer.
extension UnsafeRawBufferPointer {
    /// The first `octet` at or after `start`.
    @inline(__always)
    func position(of octet: UInt8, from start: Int) -> Int? {
        guard let base = baseAddress, start < count, let found = memchr(base + start, Int32(octet), count - start) else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// The first `octet` at or after `start` that has `next` after it.
    func position(of octet: UInt8, followedBy next: UInt8, from start: Int) -> Int? {
        var at = start
        while let found = position(of: octet, from: at) {
            if found + 1 < count, self[found + 1] == next { return found }
            at = found + 1
        }
        return nil
    }

    /// A view of a part; the range is clamped.
    @inline(__always)
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[range.clamped(to: 0..<count)])
    }

    /// Whether the ASCII text, given in lower case, stands here, without case and with nothing before or after.
    @inline(__always)
    func isText(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for i in 0..<count where self[i].asciiLowercased != text.utf8Start[i] { return false }
        return true
    }

    /// The octets without white space and line ends on both sides.
    func trimmed() -> UnsafeRawBufferPointer {
        var start = 0
        var end = count
        while start < end, self[start].isFoldingSpace { start += 1 }
        while end > start, self[end - 1].isFoldingSpace { end -= 1 }
        return part(start..<end)
    }

    /// How many line feeds there are from `start` on.
    ///
    /// Words of eight octets, four at a time: in an octet that is a line feed the mark's high bit is set, in no other. Four marks are
    /// shifted into one word and counted at once.
    func lineFeeds(from start: Int) -> Int {
        @inline(__always) func mark(_ at: Int) -> UInt64 {
            let difference = loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ 0x0A0A_0A0A_0A0A_0A0A
            let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
            return ~((difference & low &+ low) | difference | low)
        }
        var total = 0
        var at = start
        while count - at >= 32 {
            total += (mark(at) | mark(at + 8) >> 1 | mark(at + 16) >> 2 | mark(at + 24) >> 3).nonzeroBitCount
            at += 32
        }
        while at < count {
            if self[at] == 10 { total += 1 }
            at += 1
        }
        return total
    }
}

extension UInt8 {
    /// White space that may lie between the words of a field: space, tab, and the line ends of folding. RFC 5322 §3.2.2
    @inline(__always) var isFoldingSpace: Bool { self == 32 || self == 9 || self == 13 || self == 10 }
    @inline(__always) var isBlank: Bool { self == 32 || self == 9 }
}

extension Collection<UInt8> {
    /// The octets as a raw buffer, copied only when they do not lie in one piece.
    func withOctets<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        if let result = try withContiguousStorageIfAvailable({ try body(UnsafeRawBufferPointer($0)) }) { return result }
        return try Array(self).withUnsafeBytes(body)
    }
}
