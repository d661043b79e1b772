internal import Glibc
public import MailCore

/// Where a service listens.
public enum ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// Every address that the machine has or gets, IPv6 and IPv4, by one socket.
    case all(port: Int)
    /// One address. IPv6 ones take no IPv4.
    case address(IPAddress, port: Int)
    /// What comes in through one interface, to any of its addresses, now and later: IPv6 and IPv4, by one socket that is bound to
    /// the device. A packet that comes in elsewhere is not taken, whatever its destination.
    case interface(String, port: Int)

    public var port: Int {
        switch self {
        case .all(let port), .address(_, let port), .interface(_, let port): port
        }
    }

    public var description: String {
        switch self {
        case .all(let port): "every address, port \(port)"
        case .address(let address, let port): Peer(address: address, port: port).description
        case .interface(let name, let port): "interface \(name), port \(port)"
        }
    }

    /// Whether one socket cannot be there beside the other: the same port, and one of them on every address of
    /// the other's interface.
    public func excludes(_ other: ListenAddress) -> Bool {
        guard port == other.port, port != 0, self != other else { return false }
        switch (self, other) {
        case (.address, .address), (.interface, .interface): return false
        default: return true
        }
    }
}

/// A socket could not be bound: one sentence for the person who set the port.
public struct ListenError: Error, Hashable, Sendable, CustomStringConvertible {
    public let service: String
    public let address: ListenAddress
    /// The system's error number.
    public let errno: Int32

    public init(service: String, address: ListenAddress, errno: Int32) {
        self.service = service
        self.address = address
        self.errno = errno
    }

    public var description: String { "\(service) cannot listen on \(address): \(reason)." }

    /// Part of a sentence.
    public var reason: String {
        switch errno {
        case EADDRINUSE: "another program uses this port"
        case EACCES, EPERM: "permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE"
        case EADDRNOTAVAIL: "this machine does not have the address"
        case ENODEV: "there is no such interface"
        case EAFNOSUPPORT: "this machine does not speak the address' protocol"
        default: String(cString: strerror(errno))
        }
    }
}
