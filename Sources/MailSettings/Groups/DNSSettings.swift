internal import MailCore

/// Whether answers of the domain name system are validated (DNSSEC).
public enum DNSValidation: String, CaseIterable, Sendable, SettingValue {
    case off
    /// As long as the name servers hand signatures on.
    case auto
    /// Always: answers of signed zones that come without signatures are refused.
    case on
}

/// The domain name system, as mail that is sent asks it.
public struct DNSSettings: SettingsGroup {
    public let servers = Setting(
        "dns.servers", [],
        .each("name servers, such as 192.0.2.53 or 192.0.2.53@5353", atMost: 10) { text in
            let parts = text.parts(at: "@", keepingEmpty: true)
            guard parts.count <= 2, IPAddress(parts[0]) != nil else { return false }
            return parts.count == 1 || (Int(text: String(parts[1])).map { (1...65535).contains($0) } ?? false)
        }, "Name servers that are asked; an empty list means those of /etc/resolv.conf.", takesEffect: .restart)
    public let validate = Setting(
        "dns.validate", DNSValidation.auto,
        """
        Whether answers are validated (DNSSEC), and forged ones refused. With auto they are as long as the name servers hand signatures \
        on, which is tried at the start and, where it fails, again and again; postern status and the journal tell how it is. Whoever can \
        hold signatures back turns it off then; with on, mail waits instead.
        """, takesEffect: .restart)
    public let trustAnchorFile = Setting(
        "dns.trust-anchor-file", "", .only("an absolute path, or \"\" for none") { $0.isEmpty || $0.hasPrefix("/") },
        "File with the keys that answers are validated by, as DS or DNSKEY records; empty means the root's.", takesEffect: .restart)
    public let timeout = Setting(
        "dns.timeout", Duration.seconds(15), .range(.seconds(1) ... .seconds(120)), "How long an answer is waited for.",
        takesEffect: .restart)

    public init() {}
}
