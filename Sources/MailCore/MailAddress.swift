/// The right side of an address, in lower case; an address literal keeps its brackets (`[192.0.2.1]`, RFC 5321 §4.1.3).
public struct Domain: Hashable, Sendable, CustomStringConvertible {
    public let name: String

    /// `nil` when the name is not of RFC 5321 §4.1.2's form: letters, digits and inner hyphens (RFC 6531 §3.3 adds any valid
    /// UTF-8 beyond ASCII), labels of at most 63 octets, 255 in all.
    public init?(_ name: some StringProtocol) {
        let text = String(name).lowercased()
        var scanner = Scanner(text)
        guard let parsed = try? scanner.domain(), scanner.atEnd else { return nil }
        self = parsed
    }

    init(unchecked name: String) { self.name = name }

    public var isLiteral: Bool { name.utf8.first == UInt8(ascii: "[") }
    public var isASCII: Bool { name.utf8.allSatisfy { $0 < 0x80 } }
    public var description: String { name }
}

/// `local-part@domain`. The local part is held without quoting, as its meaning; `description` quotes it where it must be.
public struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    public let localPart: String
    public let domain: Domain

    /// The local part is taken as it is: at most 64 octets are the grammar's rule (RFC 5321 §4.5.3.1.1), not this type's.
    public init(localPart: String, domain: Domain) {
        self.localPart = localPart
        self.domain = domain
    }

    /// `nil` when the text is not one whole address: `alice@example.org`, `"a b"@example.org`.
    public init?(_ text: some StringProtocol) {
        var scanner = Scanner(String(text))
        guard let address = try? scanner.mailbox(), scanner.atEnd else { return nil }
        self = address
    }

    public var isASCII: Bool { localPart.utf8.allSatisfy { $0 < 0x80 } && domain.isASCII }

    /// Letters of the local part in lower case: how local recipients are compared and kept.
    public var folded: MailAddress { MailAddress(localPart: localPart.lowercased(), domain: domain) }

    public var description: String { "\(quotedLocalPart)@\(domain.name)" }

    /// RFC 5321 §4.1.2 Dot-string where it can be one, else Quoted-string.
    public var quotedLocalPart: String {
        let utf8 = localPart.utf8
        var previous = UInt8(ascii: ".")
        var isDotString = !utf8.isEmpty
        for octet in utf8 {
            if octet == UInt8(ascii: ".") {
                if previous == octet { isDotString = false }
            } else if !octet.isAtomText && octet < 0x80 {
                isDotString = false
            }
            previous = octet
        }
        if isDotString && previous != UInt8(ascii: ".") { return localPart }
        var quoted = "\""
        for scalar in localPart.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}

/// What stands in `MAIL FROM:<…>`: an address, or nobody (a bounce, RFC 5321 §4.5.5).
public enum ReversePath: Hashable, Sendable, CustomStringConvertible {
    case nobody
    case address(MailAddress)

    public var address: MailAddress? {
        if case .address(let address) = self { address } else { nil }
    }
    /// Without angle brackets; empty for nobody.
    public var description: String { address?.description ?? "" }
}

extension Scanner {
    /// RFC 5321 §4.1.2 Mailbox, with RFC 6531 §3.3's UTF-8. A source route is not part of it.
    public mutating func mailbox() throws(SyntaxError) -> MailAddress {
        let localPart = try localPart()
        try expect(UInt8(ascii: "@"))
        return MailAddress(localPart: localPart, domain: try domain())
    }

    /// RFC 5321 §4.1.2 Local-part: Dot-string or Quoted-string; the quoting is taken off. At most 64 octets (§4.5.3.1.1).
    public mutating func localPart() throws(SyntaxError) -> String {
        let start = position
        var octets: [UInt8] = []
        if take(UInt8(ascii: "\"")) {
            while true {
                guard let octet = next() else { throw error(wanted: "a closing quote") }
                if octet == UInt8(ascii: "\"") { break }
                if octet == UInt8(ascii: "\\") {
                    guard let escaped = next(), (32...126).contains(escaped) else { throw error(wanted: "an escaped character") }
                    octets.append(escaped)
                } else {
                    guard octet >= 32, octet != 127 else { throw error(wanted: "a printable character") }
                    octets.append(octet)
                }
            }
        } else {
            octets = Array(take { $0.isAtomText || $0 == UInt8(ascii: ".") || $0 >= 0x80 })
            let dot = UInt8(ascii: ".")
            guard let first = octets.first, first != dot, octets.last != dot,
                !zip(octets, octets.dropFirst()).contains(where: { $0 == dot && $1 == dot })
            else { throw SyntaxError(wanted: "a local part", offset: start) }
        }
        guard octets.count <= 64 else { throw SyntaxError(wanted: "a local part of at most 64 octets", offset: start) }
        guard let text = String(validating: octets, as: UTF8.self) else { throw SyntaxError(wanted: "UTF-8", offset: start) }
        return text
    }

    /// RFC 5321 §4.1.2 Domain or address-literal; the name comes back in lower case.
    public mutating func domain() throws(SyntaxError) -> Domain {
        let start = position
        if peek == UInt8(ascii: "[") {
            let inner = take { $0 != UInt8(ascii: "]") && $0 > 32 && $0 < 127 }
            guard take(UInt8(ascii: "]")) else { throw error(wanted: "]") }
            let text = String(decoding: inner.dropFirst(), as: UTF8.self)
            let address = text.asciiLowercased.hasPrefix("ipv6:") ? IPAddress(text.dropFirst(5)) : IPAddress(text)
            guard address != nil else { throw SyntaxError(wanted: "an address literal", offset: start) }
            return Domain(unchecked: "[\(text.asciiLowercased)]")
        }
        var length = 0
        repeat {
            let label = take { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 >= 0x80 }
            guard let first = label.first, first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-"), label.count <= 63
            else { throw SyntaxError(wanted: "a domain", offset: start) }
            length += label.count + 1
        } while take(UInt8(ascii: "."))
        guard length <= 256 else { throw SyntaxError(wanted: "a domain of at most 255 octets", offset: start) }
        guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
            throw SyntaxError(wanted: "UTF-8", offset: start)
        }
        return Domain(unchecked: text.lowercased())
    }
}
