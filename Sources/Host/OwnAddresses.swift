internal import Glibc
public import MailCore

/// The addresses that this machine has now.
public enum OwnAddresses {
    /// Whether one of its interfaces has the address; every loopback address is its own.
    public static func contains(_ address: IPAddress) -> Bool {
        if address.isLoopback { return true }
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return false }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next?.pointee {
            if let found = entry.ifa_addr, octets(of: found) == address.octets { return true }
            next = entry.ifa_next
        }
        return false
    }

    /// `sockaddr_in`: family, port, then 4 octets; `sockaddr_in6`: family, port, flow, then 16 octets (netinet/in.h).
    private static func octets(of address: UnsafeMutablePointer<sockaddr>) -> [UInt8]? {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET: return Array(UnsafeRawBufferPointer(start: raw + 4, count: 4))
        case AF_INET6: return Array(UnsafeRawBufferPointer(start: raw + 8, count: 16))
        default: return nil
        }
    }
}
