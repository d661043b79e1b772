internal import MailCore

/// Sending through another server. F23–F27
public struct RelaySettings: SettingsGroup {
    public let host = Setting(
        "relay.host", "", .hostOrNone,
        "Server that takes all mail that is not for local recipients, by name or address; empty: mail goes to each domain's own servers.",
        takesEffect: .live)
    public let port = Setting("relay.port", 25, .port, "Its port.", takesEffect: .live)
    /// F24
    public let smtps = Setting(
        "relay.smtps", false,
        "Whether TLS comes before the first word; on port 465 it always does. Elsewhere STARTTLS is taken when the relay offers it.",
        takesEffect: .live)
    public let auth = Setting("relay.auth", false, "Whether this server logs in at the relay.", takesEffect: .live)
    public let user = Setting("relay.user", "", "Name for the log-in.", takesEffect: .live)
    public let password = Setting(
        "relay.password", "", .secret, "Password for the log-in. It is never shown.", takesEffect: .live)
    public let changeSender = Setting(
        "relay.change-sender", false, "Whether From and the envelope's sender become relay.sender in mail to the relay.", takesEffect: .live
    )
    public let sender = Setting(
        "relay.sender", "", .only("an address, or \"\" for none") { $0.isEmpty || MailAddress($0) != nil },
        "The address that mail to the relay comes from; the original one goes to Reply-To.", takesEffect: .live)

    public init() {}
}

/// How all mail is sent. F47, RFC 7672
public struct SendingSettings: SettingsGroup {
    public let recodeSubject = Setting(
        "sending.recode-subject", false, "Whether subjects in other charsets are written in UTF-8 (RFC 2047) in mail that is sent.",
        takesEffect: .live)
    public let sourceAddresses = Setting(
        "sending.source-addresses", [],
        SettingRule(allowed: "a list of addresses, one of IPv4 and one of IPv6 at most", complaint: "is not allowed") { list in
            let addresses = list.compactMap { IPAddress($0) }
            return addresses.count == list.count && addresses.count { $0.isIPv6 } <= 1 && addresses.count { !$0.isIPv6 } <= 1
        }, "Addresses of this host from which mail is sent, one of each family; the system chooses where none is named.",
        takesEffect: .live)
    public let dane = Setting(
        "sending.dane", true,
        "Whether servers must prove themselves where signed DNS says how (DANE, RFC 7672). That needs answers that are validated, see dns.validate.",
        takesEffect: .live)

    public init() {}
}

extension SettingRule where Value == String {
    /// A host by name or address, or the empty text for none.
    static var hostOrNone: SettingRule {
        .only("a host's name or address, or \"\" for none") { text in
            text.isEmpty || IPAddress(text) != nil || Domain(text).map { !$0.isLiteral } ?? false
        }
    }
}
