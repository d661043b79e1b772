/// Writes netlink messages: a header, what the message's family wants before the attributes, and attributes within attributes.
/// Lengths are filled in behind the content; everything begins on a boundary of four octets. netlink(7)
struct NetlinkWriter {
    private(set) var octets: [UInt8] = []

    /// One message. `head` is the fixed part behind netlink's own header.
    mutating func message(_ type: UInt16, flags: UInt16, sequence: UInt32, head: [UInt8], _ body: (inout NetlinkWriter) -> Void = { _ in })
    {
        let start = octets.count
        host(UInt32(0))
        host(type)
        host(flags)
        host(sequence)
        host(UInt32(0))
        octets += head
        pad()
        body(&self)
        let length = octets.count - start
        precondition(length < Self.longestMessage, "what we write is bounded by the settings")
        fill(UInt32(length), at: start)
    }

    mutating func attribute(_ type: UInt16, _ payload: some Collection<UInt8>) {
        let length = payload.count + 4
        precondition(length <= UInt16.max, "what we write into one attribute is bounded by the settings")
        host(UInt16(length))
        host(type)
        octets += payload
        pad()
    }

    /// Text, with the zero that ends it.
    mutating func attribute(_ type: UInt16, _ text: String) { attribute(type, Array(text.utf8) + [0]) }

    /// A number in network order, as nf_tables wants all of them.
    mutating func attribute(_ type: UInt16, _ number: some FixedWidthInteger) { attribute(type, number.networkOctets) }

    mutating func nest(_ type: UInt16, _ body: (inout NetlinkWriter) -> Void) {
        let start = octets.count
        host(UInt16(0))
        host(type | Self.isNested)
        body(&self)
        let length = octets.count - start
        precondition(length <= UInt16.max, "what we write into one attribute is bounded by the settings")
        fill(UInt16(length), at: start)
    }

    private static let isNested: UInt16 = 0x8000
    private static let longestMessage = 1 << 20

    private mutating func host(_ number: some FixedWidthInteger) { octets += number.hostOctets }
    private mutating func pad() { while octets.count % 4 != 0 { octets.append(0) } }
    private mutating func fill(_ number: some FixedWidthInteger, at place: Int) {
        for (offset, octet) in number.hostOctets.enumerated() { octets[place + offset] = octet }
    }
}

extension FixedWidthInteger {
    /// The most significant octet first.
    var networkOctets: [UInt8] { stride(from: Self.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) } }

    /// As this machine keeps it.
    var hostOctets: [UInt8] { Self(1).littleEndian == 1 ? networkOctets.reversed() : networkOctets }

    /// Reads all of the octets, the most significant first; `nil` when they are not as many as the type has.
    init?(network octets: some Collection<UInt8>) {
        guard octets.count == Self.bitWidth / 8 else { return nil }
        self = octets.reduce(0) { $0 << 8 | Self(truncatingIfNeeded: $1) }
    }

    /// Reads all of the octets as this machine keeps them.
    init?(host octets: some Collection<UInt8>) {
        if Self(1).littleEndian == 1 { self.init(network: octets.reversed()) } else { self.init(network: octets) }
    }
}
