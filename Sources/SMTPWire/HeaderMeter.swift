import Glibc

/// Measures the header block of a message that comes in, in pieces of any size: everything up to and with the first empty line.
/// RFC 5322 §2.1
public struct HeaderMeter: Sendable {
    /// Octets of the header block so far.
    public private(set) var size = 0
    /// The empty line was met; `size` grows no more.
    public private(set) var isOver = false
    /// Octets of the line that is not ended yet.
    private var lineLength = 0
    private var lastOctet: UInt8 = 0

    public init() {}

    public mutating func feed(_ octets: UnsafeRawBufferPointer) {
        guard !isOver, let base = octets.baseAddress else { return }
        var start = 0
        while start < octets.count {
            guard let found = memchr(base + start, 10, octets.count - start) else {
                size += octets.count - start
                lineLength += octets.count - start
                lastOctet = octets[octets.count - 1]
                return
            }
            let feed = UnsafeRawPointer(found) - base
            let length = lineLength + feed - start
            if feed > start { lastOctet = octets[feed - 1] }
            size += feed + 1 - start
            start = feed + 1
            lineLength = 0
            if length == 0 || (length == 1 && lastOctet == 13) {
                isOver = true
                return
            }
        }
    }
}
