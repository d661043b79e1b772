/// Who owns mail: a UUID (RFC 9562, version 4) that never changes, whatever the account's address becomes.
public struct AccountID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public static func random() -> AccountID {
        var generator = SystemRandomNumberGenerator()
        let high: UInt64 = generator.next()
        let low: UInt64 = generator.next()
        return AccountID(high: high & ~0xF000 | 0x4000, low: low & ~(3 << 62) | 2 << 62)
    }

    /// 16 octets, network order: how it is kept in databases.
    public var octets: [UInt8] {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    }

    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return nil }
        high = octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = octets.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads `6ba7b810-9dad-41d1-80b4-00c04fd430c8`.
    public init?(_ text: some StringProtocol) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 32, text.utf8.count == 36, digits.allSatisfy({ $0.isASCIIDigit || ($0 | 0x20) &- 97 < 6 }),
            let high = UInt64(String(decoding: digits.prefix(16), as: UTF8.self), radix: 16),
            let low = UInt64(String(decoding: digits.suffix(16), as: UTF8.self), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    public var description: String {
        let hex = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }.joined(separator: "-")
    }

    public static func < (a: AccountID, b: AccountID) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

/// Our name for one accepted message, in answers (`250 2.0.0 Ok: queued as …`), the journal (`POSTERN_MESSAGE`) and traces.
///
/// A number that the store gives once, ever, per store; written in base 31 (digits and consonants), so that it can be read out.
public struct MessageID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let number: Int64
    public init(_ number: Int64) { self.number = number }

    public var description: String {
        let alphabet = Array("0123456789bcdfghjklmnpqrstvwxyz".utf8)
        var rest = UInt64(bitPattern: number)
        var text: [UInt8] = []
        repeat {
            text.append(alphabet[Int(rest % 31)])
            rest /= 31
        } while rest > 0
        return String(decoding: text.reversed(), as: UTF8.self)
    }

    public init?(_ text: some StringProtocol) {
        let alphabet = Array("0123456789bcdfghjklmnpqrstvwxyz".utf8)
        guard (1...13).contains(text.utf8.count) else { return nil }
        var value: UInt64 = 0
        for octet in text.utf8 {
            guard let digit = alphabet.firstIndex(of: octet) else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 31)
            guard !overflow else { return nil }
            value = shifted &+ UInt64(digit)
        }
        guard value <= UInt64(Int64.max) else { return nil }
        number = Int64(value)
    }

    public static func < (a: MessageID, b: MessageID) -> Bool { a.number < b.number }
}
