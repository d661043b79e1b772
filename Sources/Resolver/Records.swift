public import MailCore

/// RFC 1035 §3.3.9
public struct MailExchanger: Hashable, Sendable {
    public var preference: UInt16
    /// In lower case, without a final dot; empty for the root, which is the null MX (RFC 7505).
    public var host: String

    public init(preference: UInt16, host: String) {
        self.preference = preference
        self.host = host
    }
}

/// RFC 6698 §2.1
public struct TLSARecord: Hashable, Sendable {
    public var usage: UInt8
    public var selector: UInt8
    public var matching: UInt8
    public var data: [UInt8]

    public init(usage: UInt8, selector: UInt8, matching: UInt8, data: [UInt8]) {
        self.usage = usage
        self.selector = selector
        self.matching = matching
        self.data = data
    }
}

extension DNS {
    public func addresses4(_ name: String) async -> DNSAnswer<IPAddress> {
        await records(name, .a).read { $0.count == 4 ? IPAddress(octets: $0) : nil }
    }

    public func addresses6(_ name: String) async -> DNSAnswer<IPAddress> {
        await records(name, .aaaa).read { $0.count == 16 ? IPAddress(octets: $0) : nil }
    }

    public func mailExchangers(_ name: String) async -> DNSAnswer<MailExchanger> {
        await records(name, .mx).read { octets in
            guard octets.count > 2, let host = WireName.text(octets[2...]) else { return nil }
            return MailExchanger(preference: UInt16(octets[0]) << 8 | UInt16(octets[1]), host: host)
        }
    }

    /// Each record's strings, put together. RFC 7208 §3.3 and RFC 6376 §3.6.2.2 want them so.
    public func texts(_ name: String) async -> DNSAnswer<[UInt8]> {
        await records(name, .txt).read { octets in
            var rest = octets[...]
            var text: [UInt8] = []
            while let length = rest.popFirst() {
                guard rest.count >= Int(length) else { return nil }
                text += rest.prefix(Int(length))
                rest = rest.dropFirst(Int(length))
            }
            return text
        }
    }

    /// The names of an address. RFC 1035 §3.5, RFC 3596 §2.5
    public func names(of address: IPAddress) async -> DNSAnswer<String> {
        await records(WireName.reverse(of: address), .ptr).read { WireName.text($0[...]) }
    }

    /// What is published about the certificates of a service: `_25._tcp.mx.example.org`. RFC 6698 §3
    public func certificates(of host: String, port: Int) async -> DNSAnswer<TLSARecord> {
        await records("_\(port)._tcp.\(host)", .tlsa).read { octets in
            guard octets.count >= 3 else { return nil }
            return TLSARecord(usage: octets[0], selector: octets[1], matching: octets[2], data: Array(octets[3...]))
        }
    }
}

/// Names as they stand in messages of the domain name system. RFC 1035 §3.1
enum WireName {
    /// The text of an uncompressed name, in lower case, without a final dot; `nil` when it is none or has octets that no host's name has.
    static func text(_ octets: ArraySlice<UInt8>) -> String? {
        var rest = octets
        var text: [UInt8] = []
        while let length = rest.popFirst() {
            if length == 0 { return rest.isEmpty && text.count <= 255 ? String(decoding: text, as: UTF8.self) : nil }
            guard length < 64, rest.count > Int(length) else { return nil }
            let label = rest.prefix(Int(length))
            guard label.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ".") }) else { return nil }
            if !text.isEmpty { text.append(UInt8(ascii: ".")) }
            text += label.map(\.asciiLowercased)
            rest = rest.dropFirst(Int(length))
        }
        return nil
    }

    static func reverse(of address: IPAddress) -> String {
        guard address.isIPv6 else { return address.octets.reversed().map(String.init).joined(separator: ".") + ".in-addr.arpa" }
        return address.octets.reversed().map { "\(String($0 & 15, radix: 16)).\(String($0 >> 4, radix: 16))" }.joined(separator: ".")
            + ".ip6.arpa"
    }
}
