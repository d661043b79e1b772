internal import MailCore
internal import NIOCore

extension Peer {
    /// `nil` for what is not an internet address.
    init?(_ address: SocketAddress) {
        // `sockaddr_in`: family, port, then 4 octets; `sockaddr_in6`: family, port, flow, then 16 octets (netinet/in.h).
        let octets: [UInt8] = address.withSockAddr { raw, size in
            let bytes = UnsafeRawBufferPointer(start: raw, count: size)
            return switch address {
            case .v4: Array(bytes[4..<8])
            case .v6: Array(bytes[8..<24])
            case .unixDomainSocket: []
            }
        }
        guard let ip = IPAddress(octets: octets) else { return nil }
        self.init(address: ip, port: address.port ?? 0)
    }
}
