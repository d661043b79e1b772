import MailCore

/// Reads an ENVELOPE text that `EnvelopeText` made, in place. Other texts may give nonsense, nothing worse.
struct EnvelopeReader {
    private var scanner: FieldScanner

    init(_ envelope: UnsafeRawBufferPointer) { scanner = FieldScanner(envelope) }

    /// A member as people read it, encoded words decoded, in UTF-8; `nil` for NIL. Addresses stand as `name <mailbox@host>` with commas
    /// between them, a group as `name:`.
    mutating func text(of member: EnvelopeMember) -> [UInt8]? {
        _ = scanner.take(UInt8(ascii: "("))
        for earlier in EnvelopeMember.allCases.prefix(member.rawValue) {
            if earlier.isAddressList { skipAddresses() } else { _ = string() }
            _ = scanner.take(32)
        }
        guard member.isAddressList else { return string().map { $0.withUnsafeBytes(EncodedWords.decodedUTF8) } }
        guard scanner.take(UInt8(ascii: "(")) else { return nil }
        var text: [UInt8] = []
        while scanner.take(UInt8(ascii: "(")) { addAddress(to: &text) }
        return text
    }

    private mutating func skipAddresses() {
        guard scanner.take(UInt8(ascii: "(")) else { return _ = string() }
        while scanner.take(UInt8(ascii: "(")) {
            for _ in 0..<4 {
                _ = string()
                _ = scanner.take(32)
            }
            _ = scanner.take(UInt8(ascii: ")"))
        }
        _ = scanner.take(UInt8(ascii: ")"))
    }

    private mutating func addAddress(to text: inout [UInt8]) {
        var parts: [[UInt8]?] = []
        for _ in 0..<4 {
            parts.append(string())
            _ = scanner.take(32)
        }
        _ = scanner.take(UInt8(ascii: ")"))
        let (name, mailbox, host) = (parts[0], parts[2], parts[3])
        guard let mailbox else { return }
        if !text.isEmpty { text += [UInt8(ascii: ","), 32] }
        guard let host else {
            text += mailbox.withUnsafeBytes(EncodedWords.decodedUTF8) + [UInt8(ascii: ":")]
            return
        }
        if let name { text += name.withUnsafeBytes(EncodedWords.decodedUTF8) + [32] }
        let address = [UInt8(ascii: "<")] + mailbox + [UInt8(ascii: "@")] + host + [UInt8(ascii: ">")]
        // Octets as they came, made well-formed.
        TextDecoder.appendRepaired(address, charset: "utf-8", to: &text)
    }

    /// A quoted string, a literal, or NIL. RFC 3501 §4.3
    private mutating func string() -> [UInt8]? {
        var out: [UInt8] = []
        switch scanner.peek {
        case UInt8(ascii: "\""): scanner.takeQuotedString(into: &out)
        case UInt8(ascii: "{"):
            scanner.skip()
            let digits = scanner.take { $0.isASCIIDigit }
            guard digits.count <= 12 else { return nil }
            scanner.skip(3)
            let count = min(digits.reduce(0) { $0 * 10 + Int($1 - 48) }, scanner.rest.count)
            out = Array(scanner.rest.part(0..<count))
            scanner.skip(count)
        default:
            scanner.skip(3)
            return nil
        }
        return out
    }
}
