internal import MailCore

/// Writes what a field is compared with as nft does; what has no words for us is hexadecimal.
enum RuleValue {
    static func text(_ value: [UInt8], of field: Field?) -> String {
        switch field {
        case .inputInterfaceName:
            let name = value[...].netlinkText
            // Without the zeros behind it only the beginning is compared.
            return "\"\(name)\(value.count < Kernel.interfaceNameSize && !value.contains(0) ? "*" : "")\""
        case .destinationPort: return UInt16(network: value).map(String.init) ?? hexadecimal(value)
        case .connectionState: return UInt32(host: value).map(connectionStates) ?? hexadecimal(value)
        case .transportProtocol, .networkHeader(9, 1): return value.count == 1 ? transport(value[0]) : hexadecimal(value)
        case .networkProtocol: return value == [2] ? "ipv4" : value == [10] ? "ipv6" : hexadecimal(value)
        case .inputInterfaceIndex: return UInt32(host: value).map(String.init) ?? hexadecimal(value)
        case .networkHeader(12, 1...4), .networkHeader(16, 1...4): return address(value, length: 4)
        case .networkHeader(8, 2...16), .networkHeader(24, 1...16): return address(value, length: 16)
        default: return hexadecimal(value)
        }
    }

    static func transport(_ number: UInt8) -> String {
        switch number {
        case 1: "icmp"
        case 6: "tcp"
        case 17: "udp"
        case 58: "ipv6-icmp"
        default: String(number)
        }
    }

    /// How many bits are compared when those are the first ones; `nil` for any other mask, and for none.
    static func prefixLength(_ mask: [UInt8]) -> Int? {
        let ones = mask.reduce(0) { $0 + $1.nonzeroBitCount }
        let isPrefix = mask.enumerated().allSatisfy { place, octet in
            octet == UInt8(truncatingIfNeeded: 0xFF00 >> min(8, max(0, ones - place * 8)))
        }
        return isPrefix && ones > 0 ? ones : nil
    }

    /// A prefix of whole octets is compared without a mask.
    private static func address(_ value: [UInt8], length: Int) -> String {
        let whole = value + [UInt8](repeating: 0, count: max(0, length - value.count))
        guard let address = IPAddress(octets: whole) else { return hexadecimal(value) }
        return value.count < length ? "\(address)/\(value.count * 8)" : "\(address)"
    }

    private static func connectionStates(_ bits: UInt32) -> String {
        let names: [(UInt32, String)] = [(1, "invalid"), (2, "established"), (4, "related"), (8, "new"), (64, "untracked")]
        let said = names.filter { bits & $0.0 != 0 }.map(\.1)
        return said.isEmpty ? String(bits) : said.joined(separator: ",")
    }

    private static func hexadecimal(_ value: [UInt8]) -> String {
        "0x" + value.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
