/// A rule that we write. Its `description` is nft's syntax; `NFTMessage` makes the kernel's octets of it.
public struct NewRule: Hashable, Sendable, CustomStringConvertible {
    public var expressions: [Expression]
    public var comment: String

    public var description: String { RuleText.of(expressions, comment: comment) }

    /// The sets within it, in the order in which they are looked into.
    var sets: [SetContents] {
        expressions.compactMap { if case .lookup(_, let set, _) = $0 { set.contents } else { nil } }
    }
}

/// The steps of which our rules are made. Each uses the first register and leaves nothing in it that another needs.
enum Steps {
    /// A name ending in `*` means every interface whose name begins so.
    static func cameIn(on names: [String]) -> [Expression] {
        if names.count == 1, let name = names.first {
            return [.load(.inputInterfaceName, into: .first), .compare(.first, .equal, interfaceOctets(name))]
        }
        return member(of: SetContents(keyType: 41, keyLength: Kernel.interfaceNameSize, names.map(interfaceOctets)), .inputInterfaceName)
    }

    static func isTCP(to ports: [UInt16]) -> [Expression] {
        let transport: [Expression] = [.load(.transportProtocol, into: .first), .compare(.first, .equal, [6])]
        if ports.count == 1, let port = ports.first {
            return transport + [.load(.destinationPort, into: .first), .compare(.first, .equal, port.networkOctets)]
        }
        return transport + member(of: SetContents(keyType: 13, keyLength: 2, ports.map(\.networkOctets)), .destinationPort)
    }

    /// A connection's first packet; everything behind it is the appliance's own business.
    static let isNew: [Expression] = [
        .load(.connectionState, into: .first),
        .mask(from: .first, into: .first, mask: UInt32(8).hostOctets, flip: [0, 0, 0, 0]),
        .compare(.first, .notEqual, [0, 0, 0, 0]),
    ]

    private static func member(of contents: SetContents, _ field: Field) -> [Expression] {
        [.load(field, into: .first), .lookup(.first, SetReference(name: "__set%d", contents: contents), .isMember)]
    }

    private static func interfaceOctets(_ name: String) -> [UInt8] {
        let octets = Array(name.utf8.prefix(Kernel.interfaceNameSize - 1))
        if octets.last == UInt8(ascii: "*") { return octets.dropLast() }
        return octets + [UInt8](repeating: 0, count: Kernel.interfaceNameSize - octets.count)
    }
}

extension SetContents {
    /// An anonymous set with these keys.
    init(keyType: UInt32, keyLength: Int, _ keys: [[UInt8]]) {
        self.init(
            keyType: keyType, keyLength: keyLength,
            elements: keys.sorted { $0.lexicographicallyPrecedes($1) }.map { Element(key: $0) }, isAnonymous: true)
    }

    /// The same set in parts of at most so many elements.
    func parts(of most: Int) -> [SetContents] {
        stride(from: 0, to: elements.count, by: most).map { start in
            var part = self
            part.elements = Array(elements[start..<min(start + most, elements.count)])
            return part
        }
    }

    /// nft's words for the order of the keys' octets: names are the host's, ports the network's.
    var byteOrder: UInt32 { keyLength == Kernel.interfaceNameSize ? 1 : 2 }
}
