/// One message as it came from the kernel: what kind it is, and the octets behind its header.
public struct NetlinkMessage: Sendable {
    /// nlmsg_type: for nf_tables with the subsystem in the upper octet.
    public let type: UInt16
    let flags: UInt16
    let sequence: UInt32
    let payload: ArraySlice<UInt8>

    static let headerSize = 16

    /// Every message of a datagram, up to the first whose length cannot be true.
    public static func all(in datagram: [UInt8]) -> [NetlinkMessage] {
        var messages: [NetlinkMessage] = []
        var rest = datagram[...]
        while let message = NetlinkMessage(first: &rest) { messages.append(message) }
        return messages
    }

    private init?(first rest: inout ArraySlice<UInt8>) {
        guard let length = rest.number(UInt32.self, at: 0).map(Int.init), length >= Self.headerSize, length <= rest.count,
            let type = rest.number(UInt16.self, at: 4), let flags = rest.number(UInt16.self, at: 6),
            let sequence = rest.number(UInt32.self, at: 8)
        else { return nil }
        (self.type, self.flags, self.sequence) = (type, flags, sequence)
        payload = rest.dropFirst(Self.headerSize).prefix(length - Self.headerSize)
        rest = rest.dropFirst((length + 3) / 4 * 4)
    }

    /// The attributes behind a fixed part of `size` octets.
    func attributes(behind size: Int) -> Attributes { Attributes(payload.dropFirst(size)) }

    /// Of an error message: the errno, 0 for an acknowledgement; `nil` for every other message.
    var errorNumber: Int32? {
        guard type == Kernel.error, let number = payload.number(Int32.self, at: 0), number <= 0, number > -4096 else { return nil }
        return -number
    }
}

/// Attributes one behind the other, up to the first whose length cannot be true. Nothing is copied.
struct Attributes: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    init(_ octets: ArraySlice<UInt8>) { rest = octets }

    mutating func next() -> (type: UInt16, payload: ArraySlice<UInt8>)? {
        guard let length = rest.number(UInt16.self, at: 0).map(Int.init), length >= 4, length <= rest.count,
            let type = rest.number(UInt16.self, at: 2)
        else { return nil }
        let payload = rest.dropFirst(4).prefix(length - 4)
        rest = rest.dropFirst((length + 3) / 4 * 4)
        // The upper two bits say how the content is written, not what it is.
        return (type & 0x3FFF, payload)
    }

    /// The last of a kind counts, as it does for the kernel.
    var byType: [UInt16: ArraySlice<UInt8>] { Dictionary(map { ($0.type, $0.payload) }, uniquingKeysWith: { $1 }) }
}

extension ArraySlice<UInt8> {
    /// A number as this machine keeps it, `offset` octets from the beginning; `nil` when it does not lie within.
    func number<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Number? {
        guard offset >= 0, count - offset >= Number.bitWidth / 8 else { return nil }
        return Number(host: dropFirst(offset).prefix(Number.bitWidth / 8))
    }

    /// Text up to its first zero; what is not UTF-8 is made harmless.
    var netlinkText: String { String(decoding: prefix { $0 != 0 }, as: UTF8.self) }

    var nested: [UInt16: ArraySlice<UInt8>] { Attributes(self).byType }
    var big32: UInt32? { UInt32(network: self) }
    var big64: UInt64? { UInt64(network: self) }
}
