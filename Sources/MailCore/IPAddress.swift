/// An IPv4 or IPv6 address, as bytes. An IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`) becomes the IPv4 one, so that a peer
/// of a dual-stack socket is the same peer on either.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 octets, network order.
    public let octets: [UInt8]

    /// Takes 4 or 16 octets.
    public init?(octets: [UInt8]) {
        switch octets.count {
        case 4: self.octets = octets
        case 16:
            self.octets =
                octets.prefix(10).allSatisfy { $0 == 0 } && octets[10] == 255 && octets[11] == 255 ? Array(octets.suffix(4)) : octets
        default: return nil
        }
    }

    /// Reads the usual text forms (RFC 4291 §2.2); no zone, no port, no brackets.
    public init?(_ text: some StringProtocol) {
        let text = String(text)
        guard let parsed = text.contains(":") ? Self.parse6(text) : Self.parse4(text) else { return nil }
        self.init(octets: parsed)
    }

    public var isIPv6: Bool { octets.count == 16 }
    public var isLoopback: Bool {
        isIPv6 ? octets.dropLast().allSatisfy { $0 == 0 } && octets[15] == 1 : octets[0] == 127
    }

    /// Whom limits per address count: an IPv4 address itself, an IPv6 address' /64.
    public var limitKey: IPAddress {
        guard isIPv6 else { return self }
        return IPAddress(octets: Array(octets.prefix(8)) + [UInt8](repeating: 0, count: 8)) ?? self
    }

    /// RFC 5952 for IPv6.
    public var description: String {
        guard isIPv6 else { return octets.map(String.init).joined(separator: ".") }
        let words = stride(from: 0, to: 16, by: 2).map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) }
        var best = 0..<0
        var i = 0
        while i < 8 {
            var j = i
            while j < 8, words[j] == 0 { j += 1 }
            if j - i > max(1, best.count) { best = i..<j }
            i = max(j, i + 1)
        }
        let hex = { (range: Range<Int>) in words[range].map { String($0, radix: 16) }.joined(separator: ":") }
        return best.isEmpty ? hex(0..<8) : hex(0..<best.lowerBound) + "::" + hex(best.upperBound..<8)
    }

    private static func parse4(_ text: String) -> [UInt8]? {
        let parts = text.parts(at: ".", keepingEmpty: true)
        guard parts.count == 4 else { return nil }
        var octets: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(\.isASCIIDigit), let octet = UInt8(part) else { return nil }
            octets.append(octet)
        }
        return octets
    }

    private static func parse6(_ text: String) -> [UInt8]? {
        func words(_ part: Substring, allowDotted: Bool) -> [UInt8]? {
            if part.isEmpty { return [] }
            var octets: [UInt8] = []
            let pieces = part.parts(at: ":", keepingEmpty: true)
            for (index, piece) in pieces.enumerated() {
                if allowDotted, index == pieces.count - 1, piece.contains(".") {
                    guard let dotted = parse4(String(piece)) else { return nil }
                    octets += dotted
                } else {
                    guard (1...4).contains(piece.utf8.count), piece.utf8.allSatisfy({ $0.isASCIIDigit || ($0 | 0x20) &- 97 < 6 }),
                        let word = UInt16(piece, radix: 16)
                    else { return nil }
                    octets += [UInt8(word >> 8), UInt8(word & 255)]
                }
            }
            return octets
        }
        guard let gap = text.firstRange(of: "::") else {
            guard let octets = words(Substring(text), allowDotted: true), octets.count == 16 else { return nil }
            return octets
        }
        guard let head = words(text[..<gap.lowerBound], allowDotted: false),
            let tail = words(text[gap.upperBound...], allowDotted: true), head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }
}

/// Where a connection comes from.
public struct Peer: Hashable, Sendable, CustomStringConvertible {
    public let address: IPAddress
    public let port: Int
    public init(address: IPAddress, port: Int) {
        self.address = address
        self.port = port
    }
    public var description: String { address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}
