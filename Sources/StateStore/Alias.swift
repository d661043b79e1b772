public import MailCore

/// An address whose mail goes to others: one target makes it another name, several make it a group.
///
/// An empty local part is the domain's catch-all: it gets what no account and no alias of the domain takes, and is written `@domain`.
public struct Alias: Sendable, Hashable {
    /// With the local part in lower case.
    public let address: MailAddress
    /// Never empty, in the order the operator gave them, none twice.
    public let targets: [MailAddress]

    public init(address: MailAddress, targets: [MailAddress]) {
        self.address = address.folded
        self.targets = targets
    }

    public var isCatchAll: Bool { address.localPart.isEmpty }

    /// `info@example.org`, or `@example.org` for a catch-all.
    public var name: String { Self.name(of: address) }

    /// The written form of an alias's address.
    public static func name(of address: MailAddress) -> String {
        address.localPart.isEmpty ? "@\(address.domain)" : "\(address)"
    }

    /// Reads `info@example.org` or `@example.org`; `nil` when it is neither.
    public static func address(named name: some StringProtocol) -> MailAddress? {
        guard name.utf8.first == UInt8(ascii: "@") else { return MailAddress(name)?.folded }
        guard let domain = Domain(name.dropFirst()) else { return nil }
        return MailAddress(localPart: "", domain: domain)
    }
}
