internal import MailCore
public import Resolver
import Synchronization

/// The domain name system as a table; what does not stand in it has no data.
public final class DNSStub: DNS {
    private let table = Mutex<[String: DNSAnswer<[UInt8]>]>([:])
    private let asked = Mutex<[String]>([])
    private let manners = Mutex(Manners())

    private struct Manners {
        var swallows: @Sendable (String) -> Bool = { _ in false }
        var gate: @Sendable (String) -> Gate? = { _ in nil }
    }

    public init() {}

    /// What was asked, in order: `example.test mx`.
    public var questions: [String] { asked.withLock { $0 } }

    public func set(_ name: String, _ type: RecordType, _ answer: DNSAnswer<[UInt8]>) {
        table.withLock { $0[Self.key(name, type)] = answer }
    }

    /// Questions about such names are swallowed: whoever asks waits until it gives up.
    public func swallow(_ names: @escaping @Sendable (String) -> Bool) { manners.withLock { $0.swallows = names } }

    /// Questions about such names are answered when the gate is open.
    public func hold(_ names: @escaping @Sendable (String) -> Gate?) { manners.withLock { $0.gate = names } }

    /// `["10 mx1.test", "20 mx2.test"]`; `"0 ."` is the null MX.
    public func setExchangers(_ domain: String, _ records: [String], _ security: DNSSecurity = .insecure, canonicalName: String? = nil) {
        let data = records.map { record in
            let parts = record.split(separator: " ")
            let preference = UInt16(parts[0]) ?? 0
            let labels = parts[1].split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
            return [UInt8(preference >> 8), UInt8(preference & 255)] + labels + [0]
        }
        set(domain, .mx, DNSAnswer(.records(data), security, canonicalName: canonicalName))
    }

    public func setAddresses(_ host: String, _ addresses: [String], _ security: DNSSecurity = .insecure, canonicalName: String? = nil) {
        let all = addresses.compactMap { IPAddress($0) }
        for (type, data) in [(RecordType.a, all.filter { !$0.isIPv6 }), (.aaaa, all.filter(\.isIPv6))] where !data.isEmpty {
            set(host, type, DNSAnswer(.records(data.map(\.octets)), security, canonicalName: canonicalName))
        }
    }

    /// `["3 1 1 07*32"]`: usage, selector, matching type, and an octet in hexadecimal so many times.
    public func setCertificates(_ host: String, port: Int = 25, _ records: [String], _ security: DNSSecurity = .secure) {
        let data = records.map { record in
            let parts = record.split(separator: " ").map(String.init)
            let data = parts[3].split(separator: "*").map(String.init)
            return parts[..<3].compactMap { UInt8($0) } + [UInt8](repeating: UInt8(data[0], radix: 16) ?? 0, count: Int(data[1]) ?? 0)
        }
        set("_\(port)._tcp.\(host)", .tlsa, DNSAnswer(.records(data), security))
    }

    public func records(_ name: String, _ type: RecordType) async -> DNSAnswer<[UInt8]> {
        let key = Self.key(name, type)
        asked.withLock { $0.append(key) }
        let manners = manners.withLock { $0 }
        if manners.swallows(name) {
            try? await Task.sleep(for: .seconds(3600))
            return DNSAnswer(.failed(.timeout))
        }
        await manners.gate(name)?.passed()
        return table.withLock { $0[key] } ?? DNSAnswer(.noData)
    }

    private static func key(_ name: String, _ type: RecordType) -> String { "\(name.lowercased()) \(type)" }
}

/// Whoever comes waits until it is opened.
public final class Gate: Sendable {
    private let state = Mutex((isOpen: false, waiting: [CheckedContinuation<Void, Never>]()))

    public init() {}

    public func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func passed() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
