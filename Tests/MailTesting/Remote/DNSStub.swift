import MailCore
public import Resolver
import Synchronization

/// The domain name system as a table; what does not stand in it has no data.
public final class DNSStub: DNS {
    private let table = Mutex<[String: DNSAnswer<[UInt8]>]>([:])
    private let asked = Mutex<[String]>([])

    public init() {}

    /// What was asked, in order: `example.test mx`.
    public var questions: [String] { asked.withLock { $0 } }

    public func set(_ name: String, _ type: RecordType, _ answer: DNSAnswer<[UInt8]>) {
        table.withLock { $0[Self.key(name, type)] = answer }
    }

    /// `["10 mx1.test", "20 mx2.test"]`; `"0 ."` is the null MX.
    public func setExchangers(_ domain: String, _ records: [String], _ security: DNSSecurity = .insecure) {
        let data = records.map { record in
            let parts = record.split(separator: " ")
            let preference = UInt16(parts[0]) ?? 0
            let labels = parts[1].split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
            return [UInt8(preference >> 8), UInt8(preference & 255)] + labels + [0]
        }
        set(domain, .mx, DNSAnswer(.records(data), security))
    }

    public func setAddresses(_ host: String, _ addresses: [String]) {
        let all = addresses.compactMap { IPAddress($0) }
        for (type, data) in [(RecordType.a, all.filter { !$0.isIPv6 }), (.aaaa, all.filter(\.isIPv6))] where !data.isEmpty {
            set(host, type, DNSAnswer(.records(data.map(\.octets))))
        }
    }

    public func records(_ name: String, _ type: RecordType) async -> DNSAnswer<[UInt8]> {
        let key = Self.key(name, type)
        asked.withLock { $0.append(key) }
        return table.withLock { $0[key] } ?? DNSAnswer(.noData)
    }

    private static func key(_ name: String, _ type: RecordType) -> String { "\(name.lowercased()) \(type)" }
}
