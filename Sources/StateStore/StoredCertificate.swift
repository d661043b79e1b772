/// A named certificate as the operator gave it (F8, F9): its texts, or where they lie. Whether they are right is not known here.
public struct StoredCertificate: Sendable, Hashable {
    public enum Source: String, Sendable, CaseIterable {
        /// The operator's own texts, kept here.
        case imported
        /// Files that somebody else renews; only their paths are kept.
        case linked
        /// Made by this server, and kept here.
        case selfSigned = "self-signed"
    }

    /// A chain and its key: both PEM texts, or both absolute paths when they are linked.
    public struct Pair: Sendable, Hashable {
        public let chain: String
        public let key: String

        public init(chain: String, key: String) {
            self.chain = chain
            self.key = key
        }

        /// PEM texts.
        public init(chain: [UInt8], key: [UInt8]) {
            self.init(chain: String(decoding: chain, as: UTF8.self), key: String(decoding: key, as: UTF8.self))
        }
    }

    public let name: String
    public let source: Source
    /// One or two, of different kinds of key.
    public let pairs: [Pair]
    /// Unix seconds.
    public let changed: Int64

    public init(name: String, source: Source, pairs: [Pair], changed: Int64) {
        self.name = name
        self.source = source
        self.pairs = pairs
        self.changed = changed
    }
}

extension StoredCertificate {
    /// `default`, `mail.example.org`: what can stand in a setting, in a path of the API and in a shell without quotes.
    public static func isAllowed(name: String) -> Bool {
        let octets = name.utf8
        let isInner = { (octet: UInt8) in octet == UInt8(ascii: ".") || octet == UInt8(ascii: "-") || octet == UInt8(ascii: "_") }
        guard (1...128).contains(octets.count), let first = octets.first, !isInner(first) else { return false }
        return octets.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || isInner($0) }
    }
}

/// All named certificates at one moment: an immutable picture in memory, replaced as a whole after a change.
public struct StoredCertificates: Sendable {
    /// By name.
    public let all: [StoredCertificate]

    public subscript(name: String) -> StoredCertificate? { all.first { $0.name == name } }
}
