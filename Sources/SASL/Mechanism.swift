internal import MailCore

/// The mechanisms that there are, by their registered names, in the order in which they are offered: clients that have no opinion
/// take the first that they know.
public enum Mechanism: String, CaseIterable, Sendable {
    /// RFC 7677, bound to the TLS channel.
    case scramSHA256Plus = "SCRAM-SHA-256-PLUS"
    /// RFC 7677
    case scramSHA256 = "SCRAM-SHA-256"
    /// RFC 4616
    case plain = "PLAIN"
    /// draft-murchison-sasl-login: obsolete, and all that some printers and mail programs know.
    case login = "LOGIN"

    /// A mechanism's name is compared without case; `nil` when there is none of it.
    public init?(name: some Sequence<UInt8>) {
        guard let mechanism = Self.allCases.first(where: { name.equalsIgnoringCase($0.rawValue.utf8) }) else { return nil }
        self = mechanism
    }

    /// Whether it can only be used where there is a channel to bind it to. RFC 5802 §6
    public var bindsChannel: Bool { self == .scramSHA256Plus }
}
