/// The kernel's rules at one moment, as values.
public struct Ruleset: Hashable, Sendable {
    /// A table; a dormant one does nothing.
    public struct Table: Hashable, Sendable {
        public var name: TableName
        public var isDormant = false
    }

    public struct Chain: Hashable, Sendable {
        public var name: ChainName
        /// Where packets come in; `nil` for a chain that is only jumped to.
        public var hook: Hook?
        public var type = ""
    }

    public struct Hook: Hashable, Sendable {
        /// The kernel's number (NF_INET_…); 1 is "input".
        public var number: UInt32
        public var priority: Int32
        /// What becomes of a packet that reaches the chain's end.
        public var dropsByPolicy = false
    }

    public struct Rule: Hashable, Sendable, CustomStringConvertible {
        public var chain: ChainName
        public var handle: UInt64
        public var expressions: [Expression]
        public var comment: String?

        /// nft's syntax, without the numbers of counters.
        public var description: String { RuleText.of(expressions, comment: comment) }

        /// The first counter's numbers.
        public var count: (packets: UInt64, bytes: UInt64)? {
            for case .counter(let packets, let bytes) in expressions { return (packets, bytes) }
            return nil
        }
    }

    public var tables: [Table] = []
    public var chains: [Chain] = []
    /// In each chain's own order.
    public var rules: [Rule] = []

    public init() {}

    public func chain(_ name: ChainName) -> Chain? { chains.first { $0.name == name } }
    public func rules(of chain: ChainName) -> [Rule] { rules.filter { $0.chain == chain } }

    /// The base chains through which a packet to this machine goes, in the kernel's order.
    public var inputChains: [Chain] {
        chains.filter { chain in
            guard let hook = chain.hook, hook.number == 1, [.inet, .ip, .ip6].contains(chain.name.table.family) else { return false }
            return !tables.contains { $0.name == chain.name.table && $0.isDormant }
        }.sorted { ($0.hook?.priority ?? 0) < ($1.hook?.priority ?? 0) }
    }
}
