import GRDB
public import MailCore

extension StateStore {
    /// Makes an account in a domain that exists. Its mailbox is the mail store's matter.
    ///
    /// `iterations` are the PBKDF2 rounds of the verifier that is kept in place of the password.
    public func addAccount(
        address: MailAddress, password: [UInt8], displayName: String = "", quota: ByteCount? = nil, iterations: Int = 16384
    ) async throws(StateError) -> Account {
        let address = address.folded
        guard isAllowed(address) else { throw .addressNotAllowed(address) }
        guard isAllowed(displayName: displayName) else { throw .displayNameNotAllowed }
        if let quota, quota.bytes <= 0 { throw .quotaNotAllowed }
        try Self.requireRoom(for: address, in: directory)
        let verifier = try await derive(password, iterations)
        return try await change { db, directory in
            try Self.requireRoom(for: address, in: directory)
            let account = Account(id: .random(), address: address, displayName: displayName, quota: quota, created: now())
            try db.execute(
                sql: """
                    INSERT INTO account (id, local_part, domain, display_name, verifier, quota, enabled, created)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    account.id.description, address.localPart, address.domain.name, displayName, verifier.text, quota?.bytes, true,
                    account.created,
                ])
            return account
        }
    }

    /// Takes effect at the next log-in; sessions that are logged in go on.
    public func setPassword(_ address: MailAddress, to password: [UInt8], iterations: Int = 16384) async throws(StateError) {
        guard directory.account(address) != nil else { throw .noSuchAccount(address) }
        let verifier = try await derive(password, iterations)
        try await change { db, directory in
            guard let account = directory.account(address) else { throw StateError.noSuchAccount(address) }
            try db.execute(sql: "UPDATE account SET verifier = ? WHERE id = ?", arguments: [verifier.text, account.id.description])
        }
    }

    /// Changes what `change` names and answers with the account as it is then.
    public func setAccount(_ address: MailAddress, _ change: AccountChange) async throws(StateError) -> Account {
        if let name = change.displayName, !isAllowed(displayName: name) { throw .displayNameNotAllowed }
        if case .limited(let quota) = change.quota, quota.bytes <= 0 { throw .quotaNotAllowed }
        return try await self.change { db, directory in
            guard let account = directory.account(address) else { throw StateError.noSuchAccount(address) }
            let next = account.applying(change)
            try db.execute(
                sql: "UPDATE account SET display_name = ?, enabled = ?, quota = ? WHERE id = ?",
                arguments: [next.displayName, next.enabled, next.quota?.bytes, next.id.description])
            return next
        }
    }

    /// Removes the account, not its mail. Refused as long as an alias leads to it.
    public func removeAccount(_ address: MailAddress) async throws(StateError) -> Account {
        try await change { db, directory in
            guard let account = directory.account(address) else { throw StateError.noSuchAccount(address) }
            let aliases = directory.aliases(leadingTo: .account(account.address))
            guard aliases.isEmpty else { throw StateError.accountIsTarget(account.address, of: aliases) }
            try db.execute(sql: "DELETE FROM account WHERE id = ?", arguments: [account.id.description])
            return account
        }
    }

    private static func requireRoom(for address: MailAddress, in directory: Directory) throws(StateError) {
        guard directory.isLocal(address.domain) else { throw .noSuchDomain(address.domain) }
        guard directory.account(address) == nil else { throw .accountExists(address) }
        guard directory.alias(address) == nil else { throw .addressIsAlias(address) }
    }

    private func derive(_ password: [UInt8], _ iterations: Int) async throws(StateError) -> PasswordVerifier {
        guard isAllowed(password: password) else { throw .passwordNotAllowed }
        guard let verifier = await workers.run({ PasswordVerifier(password: password, iterations: iterations) }) else { throw .busy }
        return verifier
    }
}

extension Account {
    fileprivate func applying(_ change: AccountChange) -> Account {
        var quota = quota
        switch change.quota {
        case .limited(let limit): quota = limit
        case .unlimited: quota = nil
        case nil: break
        }
        return Account(
            id: id, address: address, displayName: change.displayName ?? displayName, enabled: change.enabled ?? enabled, quota: quota,
            created: created)
    }
}
