import GRDB
public import MailCore

extension StateStore {
    /// How many targets one alias may have: a group, not a mailing list with a list's manners.
    public static let targetsAllowed = 1000

    /// Makes an alias, a group (several targets) or a catch-all (empty local part) in a domain that exists.
    public func addAlias(_ address: MailAddress, targets: [MailAddress]) async throws(StateError) -> Alias {
        try await change { db, directory in
            guard directory.isLocal(address.domain) else { throw StateError.noSuchDomain(address.domain) }
            guard address.localPart.isEmpty || isAllowed(address) else { throw StateError.addressNotAllowed(address) }
            guard directory.account(address) == nil else { throw StateError.addressIsAccount(address) }
            guard directory.alias(address) == nil else { throw StateError.aliasExists(address) }
            let alias = try Alias(address, targets, checkedBy: directory)
            try db.execute(
                sql: "INSERT INTO alias (local_part, domain, created) VALUES (?, ?, ?)",
                arguments: [alias.address.localPart, alias.address.domain.name, now()])
            try writeTargets(of: alias, in: db)
            return alias
        }
    }

    /// Replaces all its targets.
    public func setAlias(_ address: MailAddress, targets: [MailAddress]) async throws(StateError) -> Alias {
        try await change { db, directory in
            guard directory.alias(address) != nil else { throw StateError.noSuchAlias(address) }
            let alias = try Alias(address, targets, checkedBy: directory)
            try db.execute(
                sql: "DELETE FROM alias_target WHERE local_part = ? AND domain = ?",
                arguments: [alias.address.localPart, alias.address.domain.name])
            try writeTargets(of: alias, in: db)
            return alias
        }
    }

    /// Refused as long as another alias leads to it.
    public func removeAlias(_ address: MailAddress) async throws(StateError) {
        try await change { db, directory in
            guard let alias = directory.alias(address) else { throw StateError.noSuchAlias(address) }
            let others = directory.aliases(leadingTo: .alias(alias.address))
            guard others.isEmpty else { throw StateError.aliasIsTarget(alias.address, of: others) }
            try db.execute(
                sql: "DELETE FROM alias WHERE local_part = ? AND domain = ?",
                arguments: [alias.address.localPart, alias.address.domain.name])
        }
    }
}

extension Alias {
    /// The alias with each target once, when every target can be reached and none leads back.
    fileprivate init(_ address: MailAddress, _ targets: [MailAddress], checkedBy directory: Directory) throws(StateError) {
        var seen: Set<MailAddress> = []
        let alias = Alias(address: address, targets: targets.filter { seen.insert($0.folded).inserted })
        guard !alias.targets.isEmpty else { throw .aliasHasNoTargets(address) }
        guard alias.targets.count <= StateStore.targetsAllowed else {
            throw .aliasHasTooManyTargets(address, allowed: StateStore.targetsAllowed)
        }
        for target in alias.targets {
            guard isAllowed(target) else { throw .addressNotAllowed(target) }
            guard target.folded != alias.address else { throw .aliasLoops(address) }
            guard directory.reach(target) != .nobody else { throw .targetUnknown(alias: address, target: target) }
        }
        guard !directory.leadsBack(alias) else { throw .aliasLoops(address) }
        self = alias
    }
}

private func writeTargets(of alias: Alias, in db: Database) throws {
    for (position, target) in alias.targets.enumerated() {
        try db.execute(
            sql: "INSERT INTO alias_target (local_part, domain, position, target) VALUES (?, ?, ?, ?)",
            arguments: [alias.address.localPart, alias.address.domain.name, position, target.description])
    }
}
