internal import MailCore

/// The family of an nf_tables table.
public enum TableFamily: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case inet = 1
    case ip = 2
    case arp = 3
    case netdev = 5
    case bridge = 7
    case ip6 = 10

    public var description: String {
        switch self {
        case .inet: "inet"
        case .ip: "ip"
        case .arp: "arp"
        case .netdev: "netdev"
        case .bridge: "bridge"
        case .ip6: "ip6"
        }
    }

    public init?(name: some StringProtocol) {
        guard let found = Self.allCases.first(where: { $0.description == name }) else { return nil }
        self = found
    }

    /// struct nfgenmsg: family, version, resource.
    var head: [UInt8] { [rawValue, 0, 0, 0] }
}

/// A table by its family and name.
public struct TableName: Hashable, Sendable, CustomStringConvertible {
    public var family: TableFamily
    public var name: String

    public init(_ family: TableFamily, _ name: String) {
        self.family = family
        self.name = name
    }

    public var description: String { "\(family) \(name)" }
}

/// A chain, as people write it: `inet filter input`.
public struct ChainName: Hashable, Sendable, CustomStringConvertible {
    public var table: TableName
    public var chain: String

    public init(_ table: TableName, _ chain: String) {
        self.table = table
        self.chain = chain
    }

    /// Three words: family, table, chain. Names have at most 255 octets and no blanks, quotes or control characters.
    public init?(_ text: some StringProtocol) {
        let words = text.parts(at: " ")
        guard words.count == 3, let family = TableFamily(name: words[0]) else { return nil }
        let isName = { (word: Substring) in (1...255).contains(word.utf8.count) && word.utf8.allSatisfy { $0 > 32 && $0 != 34 && $0 != 127 }
        }
        guard isName(Substring(words[1])), isName(Substring(words[2])) else { return nil }
        self.init(TableName(family, String(words[1])), String(words[2]))
    }

    public var description: String { "\(table) \(chain)" }
}
