internal import Glibc

/// A Unix socket at either end of the gatekeeper's door. For one thread at a time.
public final class LocalSocket {
    public let descriptor: Int32

    /// Takes over a descriptor.
    public init(owning descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// The system's own words for what went wrong.
    public struct Failure: Error, CustomStringConvertible {
        public var description: String

        init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
        init(saying description: String) { self.description = description }
    }

    /// Connects to the socket at `path`.
    public static func connecting(to path: String, limit: Duration) throws(Failure) -> LocalSocket {
        let socket = try LocalSocket(owning: made())
        socket.setLimit(limit)
        guard try socket.named(path, Glibc.connect) else { throw Failure("the gatekeeper at \(path)") }
        return socket
    }

    /// Listens at `path`, where nothing may be in use; whoever the file's owner and group allow may connect.
    public static func listening(at path: String) throws(Failure) -> LocalSocket {
        let socket = try LocalSocket(owning: made())
        unlink(path)
        guard try socket.named(path, Glibc.bind), listen(socket.descriptor, 16) == 0 else { throw Failure("the socket \(path)") }
        return socket
    }

    /// The next peer; `nil` when there is none any more.
    public func accept() -> LocalSocket? {
        let peer = Glibc.accept(descriptor, nil, nil)
        guard peer >= 0 else { return nil }
        _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
        return LocalSocket(owning: peer)
    }

    /// The user of the process that connected. unix(7), SO_PEERCRED
    public var peerUser: UInt32? {
        // struct ucred: process, user, group.
        var credentials: (process: Int32, user: UInt32, group: UInt32) = (0, .max, .max)
        var size = socklen_t(12)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0, size == 12, credentials.process > 0 else {
            return nil
        }
        return credentials.user
    }

    /// How long one read or write may take.
    public func setLimit(_ limit: Duration) {
        var time = timeval(tv_sec: Int(limit.components.seconds), tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// What has come: empty at the peer's end, `nil` when nothing came in time or the connection is broken.
    public func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count >= 0 { return Array(buffer[..<count]) }
            guard errno == EINTR else { return nil }
        }
    }

    /// One message up to its empty line, at most `limit` octets; `nil` when none came.
    public func readMessage(limit: Int) -> [UInt8]? {
        var message: [UInt8] = []
        while message.count <= limit {
            guard let more = read(), !more.isEmpty else { return nil }
            message += more
            if message.suffix(2) == [10, 10] { return message }
        }
        return nil
    }

    /// `false` when the peer did not take all of it.
    public func write(_ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { raw in
            var written = 0
            while written < raw.count {
                let count = send(descriptor, raw.baseAddress?.advanced(by: written), raw.count - written, Int32(MSG_NOSIGNAL))
                if count > 0 { written += count } else if errno != EINTR { return false }
            }
            return true
        }
    }

    private static func made() throws(Failure) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("a socket") }
        return descriptor
    }

    private func named(_ path: String, _ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32) throws(Failure) -> Bool {
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: name.sun_path)
        guard path.utf8.count < room else { throw Failure(saying: "the path \(path) is too long for a socket") }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
