/// A TCP socket on which somebody listens, as the kernel tells of it. sock_diag(7)
public struct ListeningSocket: Hashable, Sendable {
    public let port: UInt16
    /// The number of the user who made it.
    public let user: UInt32
    /// The control group of the program that made it: the number of its folder's inode; `nil` where the kernel knows none.
    public let controlGroup: UInt64?

    public init(port: UInt16, user: UInt32, controlGroup: UInt64?) {
        self.port = port
        self.user = user
        self.controlGroup = controlGroup
    }

    /// Whoever listens on the port in this network, at whatever addresses, IPv4 and IPv6. Anybody may ask.
    public static func all(on port: UInt16) throws(NetlinkError) -> Set<ListeningSocket> {
        let socket = try NetlinkSocket(Kernel.netlinkSocketDiagnosis)
        var found: Set<ListeningSocket> = []
        for family in [Kernel.addressFamily4, Kernel.addressFamily6] {
            for message in try socket.dump(Kernel.socketsByFamily, head: question(family, port), named: "the listening sockets") {
                if let socket = ListeningSocket(message), socket.port == port { found.insert(socket) }
            }
        }
        return found
    }

    /// struct inet_diag_req_v2: family, protocol, no extensions, the states, and the socket's identity, of which the port counts.
    private static func question(_ family: UInt8, _ port: UInt16) -> [UInt8] {
        [family, Kernel.protocolTCP, 0, 0] + Kernel.stateListen.hostOctets + port.networkOctets + [UInt8](repeating: 0, count: 46)
    }

    /// Reads struct inet_diag_msg and what follows it; `nil` when the message is something else.
    public init?(_ message: NetlinkMessage) {
        guard message.type == Kernel.socketsByFamily, let user = message.payload.number(UInt32.self, at: 64),
            message.payload.count >= Self.size, let port = UInt16(network: message.payload.dropFirst(4).prefix(2))
        else { return nil }
        self.port = port
        self.user = user
        controlGroup = message.attributes(behind: Self.size).byType[Kernel.socketControlGroup].flatMap { UInt64(host: $0) }
    }

    private static let size = 72
}
