internal import Glibc
internal import MailCore

/// One HTTP/1.1 request over a Unix socket, and its answer. The connection is closed afterwards, so that the answer ends where
/// the stream ends. RFC 9112
struct HTTPExchange {
    struct Answer {
        var status: Int
        var body: [UInt8]
    }

    let socket: String
    /// An answer that says everything about ten thousand accounts has a few MiB.
    private let largest = 256 << 20

    init(socket: String) { self.socket = socket }

    func ask(_ method: String, _ path: String, body: [UInt8]) throws(Unreachable) -> Answer {
        let file = try connected()
        defer { close(file) }
        let head = "\(method) \(path) HTTP/1.1\r\nHost: postern\r\nConnection: close\r\nContent-Type: application/json\r\n"
        try send(Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body, to: file)
        return try Self.answer(in: try received(from: file), from: socket)
    }

    private func connected() throws(Unreachable) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(socket.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard name.count <= room else { throw Unreachable("The path \(socket) is too long for a socket.") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let file = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { throw Unreachable("No socket can be made: \(String(cString: strerror(errno))).") }
        // longer than anything that the daemon does for an operator
        var limit = timeval(tv_sec: 600, tv_usec: 0)
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let done = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        if done == 0 { return file }
        let code = errno
        close(file)
        throw Unreachable(whyNot(code))
    }

    private func whyNot(_ code: Int32) -> String {
        switch code {
        case ENOENT, ECONNREFUSED:
            "The daemon is not running at \(socket); start it with \"systemctl start postern\", or name its socket with --socket."
        case EACCES, EPERM:
            "You may not use \(socket); become root or a member of the group postern-admin."
        default: "The daemon cannot be reached at \(socket): \(String(cString: strerror(code)))."
        }
    }

    private func send(_ bytes: [UInt8], to file: Int32) throws(Unreachable) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0 {
                if errno == EINTR { continue }
                // it has answered without reading all: the answer says why
                if errno == EPIPE || errno == ECONNRESET { return }
                throw Unreachable("The daemon at \(socket) does not take the request: \(String(cString: strerror(errno))).")
            }
            done += count
        }
    }

    private func received(from file: Int32) throws(Unreachable) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(file, &chunk, chunk.count, 0)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { throw Unreachable("The daemon at \(socket) has not answered for ten minutes.") }
                throw Unreachable("The daemon at \(socket) broke off: \(String(cString: strerror(errno))).")
            }
            bytes += chunk[..<count]
            guard bytes.count <= largest else { throw Unreachable("The answer from \(socket) is larger than 256 MiB.") }
        }
    }

    /// Takes an answer apart that was read to its end.
    static func answer(in bytes: [UInt8], from socket: String) throws(Unreachable) -> Answer {
        let broken = Unreachable("The answer from \(socket) is no whole HTTP answer.")
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { throw broken }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let first = lines.first?.parts(at: " ") ?? []
        guard first.count >= 2, first[0].hasPrefix("HTTP/1."), first[1].utf8.count == 3, let status = Int(first[1]) else { throw broken }
        let body = Array(bytes[end.upperBound...])
        for line in lines.dropFirst() where line.lowercased().hasPrefix("content-length:") {
            guard let length = Int(line.dropFirst(15).filter { $0 != " " }), length == body.count else { throw broken }
        }
        return Answer(status: status, body: body)
    }
}
