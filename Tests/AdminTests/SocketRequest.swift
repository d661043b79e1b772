import Glibc

/// The plainest HTTP client: a blocking Unix socket, one request, read to the end.
struct SocketRequest {
    struct Failed: Error { var code = errno }

    let socket: String
    init(_ socket: String) { self.socket = socket }

    func ask(_ method: String, _ path: String, _ body: String?) throws -> (status: Int, body: String) {
        let length = body.map { "Content-Length: \($0.utf8.count)\r\n" } ?? ""
        let answer = try exchange("\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(length)\r\n\(body ?? "")")
        guard let gap = answer.firstRange(of: "\r\n\r\n"), let status = Int(answer.dropFirst(9).prefix(3)) else { throw Failed() }
        let text = answer[gap.upperBound...]
        return (status, String(text.last == "\n" ? text.dropLast() : text))
    }

    /// Sends the text and reads until the server closes. The text may be longer than what the server reads.
    func exchange(_ text: String) throws -> String {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(socket.utf8)) }
        let file = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(file) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard connected == 0 else { throw Failed() }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { break }
            rest = rest.dropFirst(count)
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(file, &chunk, chunk.count, 0)
            if count <= 0 { break }
            answer += chunk[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }
}
