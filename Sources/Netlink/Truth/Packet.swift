public import MailCore

/// The first packet of a connection that somebody makes to one of our ports: what is certain of it, whoever that is.
public struct ProbePacket: Hashable, Sendable {
    public var port: UInt16
    public var interface: String
    public var interfaceIndex: Int
    /// One of the interface's own addresses.
    public var destination: IPAddress

    public init(port: UInt16, interface: String, interfaceIndex: Int, destination: IPAddress) {
        self.port = port
        self.interface = interface
        self.interfaceIndex = interfaceIndex
        self.destination = destination
    }

    /// A packet to each protocol's first address of an interface.
    public static func each(to port: UInt16, on interface: NetworkInterface) -> [ProbePacket] {
        let addresses = interface.addresses.map(\.address)
        return [addresses.first { !$0.isIPv6 }, addresses.first(where: \.isIPv6)].compactMap { address in
            address.map {
                ProbePacket(port: port, interface: interface.name, interfaceIndex: interface.index, destination: $0)
            }
        }
    }

    /// Whether chains of such tables see it.
    func passes(_ family: TableFamily) -> Bool {
        family == .inet || family == (destination.isIPv6 ? .ip6 : .ip)
    }

    /// What a register holds after the field was loaded.
    func value(of field: Field) -> PacketValue {
        switch field {
        case .inputInterfaceName:
            let octets = Array(interface.utf8.prefix(Kernel.interfaceNameSize - 1))
            return .known(octets + [UInt8](repeating: 0, count: Kernel.interfaceNameSize - octets.count))
        case .inputInterfaceIndex: return .known(UInt32(clamping: interfaceIndex).hostOctets)
        case .networkProtocol: return .known([destination.isIPv6 ? 10 : 2])
        case .transportProtocol: return .known([6])
        case .connectionState: return .known(UInt32(8).hostOctets)
        case .destinationPort: return .known(port.networkOctets)
        case .networkHeader(let offset, let length): return header(offset, length)
        case .other: return .unknown
        }
    }

    private func header(_ offset: UInt32, _ length: UInt32) -> PacketValue {
        switch (destination.isIPv6, offset, length) {
        case (false, 9, 1), (true, 6, 1): .known([6])
        case (false, 16, 4), (true, 24, 16): .known(destination.octets)
        // Also the beginning of an address, with which nft compares whole octets of a prefix.
        case (false, 16, 1...4), (true, 24, 1...16): .known(Array(destination.octets.prefix(Int(length))))
        case (false, 12, 1...4), (true, 8, 1...16): .peers
        default: .unknown
        }
    }
}

/// What is known of a value that a rule tests.
enum PacketValue: Hashable, Sendable {
    case known([UInt8])
    /// It depends on who the peer is.
    case peers
    case unknown
}

/// Whether a test holds.
enum Answer: Hashable, Sendable {
    case yes
    case no
    /// For some peers it does, or some of the time.
    case forSome
    case unknown

    init(_ isTrue: Bool) { self = isTrue ? .yes : .no }
}
