import GRDB
public import MailCore

extension StateStore {
    /// Mail for the domain is ours from now on. Address literals are no domains.
    public func addDomain(_ domain: Domain) async throws(StateError) {
        guard !domain.isLiteral else { throw .domainNotAllowed(domain) }
        try await change { db, directory in
            guard !directory.isLocal(domain) else { throw StateError.domainExists(domain) }
            try db.execute(sql: "INSERT INTO domain (name, created) VALUES (?, ?)", arguments: [domain.name, now()])
        }
    }

    /// Refused as long as accounts or aliases belong to it.
    public func removeDomain(_ domain: Domain) async throws(StateError) {
        try await change { db, directory in
            guard directory.isLocal(domain) else { throw StateError.noSuchDomain(domain) }
            let accounts = directory.accounts(in: domain).count
            guard accounts == 0 else { throw StateError.domainHasAccounts(domain, accounts) }
            let aliases = directory.aliases.count { $0.address.domain == domain }
            guard aliases == 0 else { throw StateError.domainHasAliases(domain, aliases) }
            try db.execute(sql: "DELETE FROM domain WHERE name = ?", arguments: [domain.name])
        }
    }
}
