internal import Glibc
internal import MailCore
internal import NIOCore

/// Opens listening sockets by plain system calls, so that what an accepted socket inherits is set once, here.
enum ListenSocket {
    /// Connections that have shaken hands and wait for us; the kernel caps it at `net.core.somaxconn` (4096).
    static let backlog: Int32 = 4096
    /// A peer that vanished is noticed after two minutes of silence and six unanswered probes in the minute after them.
    private static let keepAlive: [(name: Int32, value: Int32)] = [(TCP_KEEPIDLE, 120), (TCP_KEEPINTVL, 10), (TCP_KEEPCNT, 6)]

    /// A bound, listening, non-blocking socket. The caller owns it.
    static func open(_ address: ListenAddress, for service: String) throws(ListenError) -> Int32 {
        switch address {
        case .all(let port):
            let both = bound([UInt8](repeating: 0, count: 16), port: port, only6: false)
            // Without IPv6 in the kernel there is nothing but IPv4 to listen on.
            let opened = both == -EAFNOSUPPORT || both == -EADDRNOTAVAIL ? bound([0, 0, 0, 0], port: port, only6: nil) : both
            guard opened >= 0 else { throw ListenError(service: service, address: address, errno: -opened) }
            return opened
        case .address(let ip, let port):
            let opened = bound(ip.octets, port: port, only6: ip.isIPv6 ? true : nil)
            guard opened >= 0 else { throw ListenError(service: service, address: address, errno: -opened) }
            return opened
        case .interface(let name, let port):
            let both = bound([UInt8](repeating: 0, count: 16), port: port, only6: false, device: name)
            let opened = both == -EAFNOSUPPORT ? bound([0, 0, 0, 0], port: port, only6: nil, device: name) : both
            guard opened >= 0 else { throw ListenError(service: service, address: address, errno: -opened) }
            return opened
        }
    }

    /// What every accepted socket inherits from the listening one: no delay of small packets, a probe of silent peers.
    static func prepare(_ descriptor: Int32) {
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        for option in keepAlive { set(descriptor, Int32(IPPROTO_TCP), option.name, option.value) }
    }

    /// The descriptor, or the negated error number. `octets`: 4 of an IPv4 address or 16 of an IPv6 one, which needs `only6`.
    private static func bound(_ octets: [UInt8], port: Int, only6: Bool?, device: String? = nil) -> Int32 {
        guard let address = try? SocketAddress(packedIPAddress: ByteBuffer(bytes: octets), port: port) else { return -EAFNOSUPPORT }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(only6 == nil ? AF_INET : AF_INET6, kind, 0)
        guard descriptor >= 0 else { return -errno }
        set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if let only6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, only6 ? 1 : 0) }
        // An address may come later than we: from DHCP, from a peer of PPP, with the other half of a cluster. ip(7)
        set(descriptor, Int32(IPPROTO_IP), IP_FREEBIND, 1)
        // Anybody may do this, as long as the socket is not bound yet. socket(7)
        if let device, setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, device, socklen_t(device.utf8.count)) != 0 {
            let reason = errno
            close(descriptor)
            return -reason
        }
        let isBound = address.withSockAddr { name, length in bind(descriptor, name, socklen_t(length)) == 0 }
        guard isBound, listen(descriptor, backlog) == 0 else {
            let reason = errno
            close(descriptor)
            return -reason
        }
        prepare(descriptor)
        return descriptor
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
