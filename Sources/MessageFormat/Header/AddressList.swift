/// One member of an address field. RFC 5322 §3.4
public enum AddressListMember: Sendable, Hashable {
    case mailbox(HeaderMailbox)
    /// `Friends:` — the mailboxes up to the group's end belong to it.
    case groupStart(name: [UInt8])
    case groupEnd
}

/// A mailbox as a header writes it; unlike a `MailAddress` it may be anything, also nothing.
public struct HeaderMailbox: Sendable, Hashable {
    /// Unquoted, encoded words as they are (`EncodedWords.decode` reads them); empty when there is none.
    public var name: [UInt8]
    /// An obsolete source route, `@a,@b`; empty when there is none. RFC 5322 §4.4
    public var route: [UInt8]
    /// Unquoted.
    public var localPart: [UInt8]
    /// Empty when the sender left it out.
    public var domain: [UInt8]
}

/// Reads From, To and their like. RFC 5322 §3.4
public enum AddressList {
    /// The first `limit` members of a field's value. A group that is begun is ended.
    public static func parse(_ value: some Collection<UInt8>, limit: Int = 10_000) -> [AddressListMember] {
        value.withOctets { octets in
            var members: [AddressListMember] = []
            var isGroupOpen = false
            var scanner = AddressScanner()
            scanner.begin(octets)
            while members.count < limit, let member = scanner.next() {
                switch member {
                case .mailbox:
                    members.append(
                        .mailbox(
                            HeaderMailbox(name: scanner.name, route: scanner.route, localPart: scanner.localPart, domain: scanner.domain)))
                case .groupStart: members.append(.groupStart(name: scanner.name))
                case .groupEnd: members.append(.groupEnd)
                }
                isGroupOpen = member == .groupStart || isGroupOpen && member != .groupEnd
            }
            if isGroupOpen { members.append(.groupEnd) }
            return members
        }
    }
}
