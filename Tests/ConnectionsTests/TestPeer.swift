import Glibc
import MailCore
import Testing

@testable import Connections

/// A client with a plain blocking socket: what a test says and hears, byte for byte. Nothing waits longer than five seconds.
final class TestPeer: Sendable {
    let descriptor: Int32

    init(_ server: Peer) throws { descriptor = try Self.connected(server, Self.socket(of: server)) }

    /// Takes over a socket that is not connected yet.
    init(_ server: Peer, descriptor: Int32) throws { self.descriptor = try Self.connected(server, descriptor) }

    deinit { close(descriptor) }

    struct NotConnected: Error { let errno: Int32 }

    static func socket(of server: Peer) -> Int32 {
        Glibc.socket(server.address.isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    }

    private static func connected(_ server: Peer, _ descriptor: Int32) throws -> Int32 {
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        let result: Int32
        if server.address.isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = in_port_t(server.port).bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: server.address.octets) }
            result = withUnsafePointer(to: &address) {
                connect(descriptor, UnsafeRawPointer($0).assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(server.port).bigEndian
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: server.address.octets) }
            result = withUnsafePointer(to: &address) {
                connect(descriptor, UnsafeRawPointer($0).assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw NotConnected(errno: errno) }
        return descriptor
    }

    /// How many octets could be sent: less than all when the other side takes no more (or is gone).
    @discardableResult
    func say(_ bytes: [UInt8], waiting: Bool = true) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | (waiting ? 0 : Int32(MSG_DONTWAIT)))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    @discardableResult
    func say(_ text: String) -> Int { say(Array(text.utf8)) }

    /// What one `recv` gives; empty at the end, `nil` for an error (reset, nothing within five seconds).
    func hearSome(atMost limit: Int = 65536) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &bytes, limit, 0)
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    /// Exactly as many octets as `expected` has, or less when no more come.
    func hear(asLongAs expected: String) -> String {
        var heard: [UInt8] = []
        while heard.count < expected.utf8.count {
            guard let some = hearSome(atMost: expected.utf8.count - heard.count), !some.isEmpty else { break }
            heard += some
        }
        return String(decoding: heard, as: UTF8.self)
    }

    /// Everything up to the server's close; `nil` when it came as a reset or not at all.
    func hearAll() -> [UInt8]? {
        var heard: [UInt8] = []
        while let some = hearSome() {
            if some.isEmpty { return heard }
            heard += some
        }
        return nil
    }

    var allText: String? { hearAll().map { String(decoding: $0, as: UTF8.self) } }

    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes with a reset.
    func vanish() {
        var at = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at, socklen_t(MemoryLayout<linger>.size))
        shutdown(descriptor, Int32(SHUT_RD))
    }
}
