public import MailCore

/// Who is here, at one moment: an immutable picture of domains, accounts and aliases in memory.
///
/// A look-up never does I/O and costs the same however many there are. A picture does not change while it is held; take a new one
/// from `StateStore.directory` for each command or transaction.
public struct Directory: Sendable {
    private let tables: Tables

    /// One object behind the value, so that handing a directory around costs one retain.
    private final class Tables: Sendable {
        let domains: [Domain]
        let accounts: [Account]
        let aliases: [Alias]
        let routes: [Route]
        let domainAccounts: [Domain: [Account]]
        let accountsByAddress: [MailAddress: Account]
        let accountsByID: [AccountID: Account]
        let targets: [MailAddress: [MailAddress]]
        let verifiers: [AccountID: PasswordVerifier]
        let rounds: [Int]

        init(
            domains: [Domain], accounts: [Account], aliases: [Alias], routes: [Route], verifiers: [AccountID: PasswordVerifier]
        ) {
            self.domains = domains
            self.accounts = accounts
            self.aliases = aliases
            self.routes = routes
            self.verifiers = verifiers
            rounds = verifiers.values.map(\.iterations).sorted()
            domainAccounts = Dictionary(grouping: accounts, by: \.address.domain)
                .merging(domains.map { ($0, []) }, uniquingKeysWith: { some, _ in some })
            accountsByAddress = Dictionary(accounts.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
            accountsByID = Dictionary(accounts.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            targets = Dictionary(aliases.map { ($0.address, $0.targets) }, uniquingKeysWith: { first, _ in first })
        }
    }

    init(domains: [Domain], accounts: [Account], aliases: [Alias], routes: [Route], verifiers: [AccountID: PasswordVerifier]) {
        tables = Tables(domains: domains, accounts: accounts, aliases: aliases, routes: routes, verifiers: verifiers)
    }

    /// A picture that no database stands behind: for judging without a store. Nobody can log in by it.
    public init(domains: [Domain], accounts: [Account] = [], aliases: [Alias] = [], routes: [Route] = []) {
        self.init(domains: domains, accounts: accounts, aliases: aliases, routes: routes, verifiers: [:])
    }

    /// In the order in which they were made, as are accounts and aliases.
    public var domains: [Domain] { tables.domains }
    public var accounts: [Account] { tables.accounts }
    public var aliases: [Alias] { tables.aliases }
    /// Of domains that are not ours.
    public var routes: [Route] { tables.routes }

    /// Whether mail for the domain is ours to keep.
    public func isLocal(_ domain: Domain) -> Bool { tables.domainAccounts[domain] != nil }

    /// The account of exactly this address; the local part is compared without case. No alias, no `+tag`, no catch-all.
    public func account(_ address: MailAddress) -> Account? { tables.accountsByAddress[address.folded] }
    public func account(_ id: AccountID) -> Account? { tables.accountsByID[id] }

    /// The accounts of one domain, the oldest first.
    public func accounts(in domain: Domain) -> [Account] { tables.domainAccounts[domain] ?? [] }

    /// Where mail for this alias goes, one step; `nil` when there is no such alias. The local part is compared without case.
    public func aliasTargets(_ address: MailAddress) -> [MailAddress]? {
        address.localPart.isEmpty ? nil : tables.targets[address.folded]
    }

    /// Where mail goes that no account and no alias of the domain takes; `nil` when it is refused.
    public func catchAll(_ domain: Domain) -> [MailAddress]? { tables.targets[MailAddress(localPart: "", domain: domain)] }

    /// The alias of this address, the catch-all for an empty local part.
    func alias(_ address: MailAddress) -> Alias? {
        tables.targets[address.folded].map { Alias(address: address, targets: $0) }
    }

    func verifier(_ id: AccountID) -> PasswordVerifier? { tables.verifiers[id] }

    /// The rounds of every account's verifier, the fewest first.
    var rounds: [Int] { tables.rounds }
}
