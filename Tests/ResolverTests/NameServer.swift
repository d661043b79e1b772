import Glibc
import Synchronization

/// A name server on loopback with a table: what each question is answered with. One datagram in, one out, or none.
final class NameServer: Sendable {
    enum Answer: Sendable {
        /// Type and data of each record.
        case records([(type: UInt16, data: [UInt8])])
        case code(UInt8)
        case silence
    }

    let port: Int
    private let descriptor: Int32
    private let table: [String: Answer]

    /// Keys: `mx.test 15`.
    init(_ table: [String: Answer]) {
        self.table = table
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = withUnsafeMutablePointer(to: &address) { [descriptor] in
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                getsockname(descriptor, $0, &length)
            }
            return Int(UInt16(bigEndian: $0.pointee.sin_port))
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<NameServer>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func run() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let count = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { recvfrom(descriptor, &buffer, 4096, 0, $0, &length) }
            }
            guard count > 12 else { break }
            guard let answer = answer(Array(buffer[..<count])) else { continue }
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { sendto(descriptor, answer, answer.count, 0, $0, length) }
            }
        }
        close(descriptor)
    }

    private func answer(_ query: [UInt8]) -> [UInt8]? {
        var place = 12
        var labels: [String] = []
        while place < query.count, query[place] > 0 {
            let end = place + 1 + Int(query[place])
            labels.append(String(decoding: query[place + 1..<end], as: UTF8.self).lowercased())
            place = end
        }
        let type = UInt16(query[place + 1]) << 8 | UInt16(query[place + 2])
        let question = query[12..<place + 5]
        func head(_ code: UInt8, _ answers: Int) -> [UInt8] {
            Array(query[..<2]) + [0x81, 0x80 | code, 0, 1, 0, UInt8(answers), 0, 0, 0, 0] + question
        }
        switch table["\(labels.joined(separator: ".")) \(type)"] ?? .records([]) {
        case .silence: return nil
        case .code(let code): return head(code, 0)
        case .records(let records):
            return records.reduce(head(0, records.count)) { message, record in
                message + [0xC0, 12, UInt8(record.type >> 8), UInt8(record.type & 255), 0, 1, 0, 0, 1, 44]
                    + [UInt8(record.data.count >> 8), UInt8(record.data.count & 255)] + record.data
            }
        }
    }
}

/// `mx1.test` as it stands in a message.
func wire(_ name: String) -> [UInt8] {
    name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
}
