import MailCore

/// Names of hosts, as certificates and clients write them.
enum HostNames {
    /// In lower case and without the dot at the end; `nil` for what is no DNS name of letters, digits, hyphens and underscores. A
    /// name in another script is one when it is written in A-labels (RFC 5890 §2.3.2.1).
    static func normalised(_ octets: some BidirectionalCollection<UInt8>) -> String? {
        let name = octets.last == UInt8(ascii: ".") ? Array(octets.dropLast()) : Array(octets)
        let labels = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...253).contains(name.count), labels.allSatisfy(isLabel) else { return nil }
        return String(decoding: name, as: UTF8.self).lowercased()
    }

    /// A name, or one with `*` as its whole left-most label and at least two labels behind it. RFC 9525 §6.3
    static func pattern(_ octets: some BidirectionalCollection<UInt8>) -> String? {
        guard octets.starts(with: "*.".utf8) else { return normalised(octets) }
        guard let rest = normalised(octets.dropFirst(2)), rest.utf8.contains(UInt8(ascii: ".")) else { return nil }
        return "*." + rest
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else { return false }
        return label.allSatisfy { $0.isASCIIDigit || ($0 | 0x20) &- 97 < 26 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }
}

extension NamedCertificate {
    /// The host names of a certificate that a client who asks for `host` may be shown, the exact one first; none for what is no
    /// host's name. `*` stands for exactly one label, the left-most. RFC 9525 §6.3
    public static func hostNames(for host: String) -> [String] {
        guard let host = HostNames.normalised(host.utf8) else { return [] }
        guard let (_, domain) = host.halves(at: ".") else { return [host] }
        return [host, "*.\(domain)"]
    }
}
