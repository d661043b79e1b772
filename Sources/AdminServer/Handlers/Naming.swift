internal import AdminContract
internal import Foundation
internal import MailCore
internal import StateStore

/// Texts of requests as what they name, and back.
enum Naming {
    static func domain(_ text: String) throws(AdminRefusal) -> Domain {
        guard let domain = Domain(text), !domain.isLiteral else {
            throw AdminRefusal(.invalid, "\"\(text)\" is no domain; write it like example.org.")
        }
        return domain
    }

    static func address(_ text: String) throws(AdminRefusal) -> MailAddress {
        guard let address = MailAddress(text), !address.domain.isLiteral else {
            throw AdminRefusal(.invalid, "\"\(text)\" is no mail address; write it like alice@example.org.")
        }
        return address
    }

    static func addresses(_ texts: [String]) throws(AdminRefusal) -> [MailAddress] {
        var addresses: [MailAddress] = []
        for text in texts { addresses.append(try address(text)) }
        return addresses
    }

    /// An address, or `@domain` for a domain's catch-all.
    static func alias(_ text: String) throws(AdminRefusal) -> MailAddress {
        guard let address = Alias.address(named: text), !address.domain.isLiteral else {
            throw AdminRefusal(
                .invalid, "\"\(text)\" is no alias; write it like info@example.org, or @example.org for a domain's catch-all.")
        }
        return address
    }

    static func quota(_ text: String) throws(AdminRefusal) -> ByteCount {
        guard let quota = ByteCount(text: text) else {
            throw AdminRefusal(.invalid, "\"\(text)\" is no size; write it like 10GiB.")
        }
        return quota
    }

    /// RFC 3339, in UTC, to the second.
    static func time(_ unix: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(unix)).formatted(.iso8601)
    }
}
