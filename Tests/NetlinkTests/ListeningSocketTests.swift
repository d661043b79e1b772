import Glibc
import Testing

@testable import Netlink

/// Who listens on a port, as the kernel says it.
struct ListeningSocketTests {
    /// A socket of our own, on loopback and a port that the kernel chooses.
    static func listening(_ body: (UInt16) throws -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 1) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(isBound)
        try body(UInt16(bigEndian: address.sin_port))
    }

    @Test func weListen() throws {
        try Self.listening { port in
            let found = try ListeningSocket.all(on: port)
            #expect(found.map(\.port) == [port])
            #expect(found.map(\.user) == [geteuid()])
        }
    }

    @Test func nobodyListens() throws {
        var free: UInt16 = 0
        try Self.listening { free = $0 }
        #expect(try ListeningSocket.all(on: free) == [])
    }

    /// struct inet_diag_msg, its port in network order, then the control group's number.
    @Test func whatTheKernelSends() throws {
        var octets = UInt32(16 + 72 + 12).hostOctets + Kernel.socketsByFamily.hostOctets + [UInt8](repeating: 0, count: 10)
        octets += [Kernel.addressFamily6, 10, 0, 0] + UInt16(25).networkOctets + [UInt8](repeating: 0, count: 58)
        octets += UInt32(103).hostOctets + UInt32(7).hostOctets
        octets += UInt16(12).hostOctets + Kernel.socketControlGroup.hostOctets + UInt64(1234).hostOctets
        let message = try #require(NetlinkMessage.all(in: octets).first)
        #expect(ListeningSocket(message) == ListeningSocket(port: 25, user: 103, controlGroup: 1234))
        octets.removeLast(12)
        octets.replaceSubrange(0..<4, with: UInt32(16 + 72).hostOctets)
        #expect(ListeningSocket(try #require(NetlinkMessage.all(in: octets).first))?.controlGroup == nil)
        octets.removeLast()
        octets.replaceSubrange(0..<4, with: UInt32(16 + 71).hostOctets)
        #expect(NetlinkMessage.all(in: octets).first.flatMap { ListeningSocket($0) } == nil)
    }
}
