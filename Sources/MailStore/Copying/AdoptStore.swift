public import MailCore

/// A mail store that lay on another drive, as it becomes ours (F37).
extension MailStore {
    /// Who has mail in it, by address, and how many messages.
    public func owners() async throws -> [(account: AccountID, address: MailAddress, messages: Int)] {
        try await read { try $0.owners() }
    }

    /// Gives mail to the accounts that have its owners' addresses. Whoever has an address that no account has keeps it under a
    /// name that is nobody's.
    public func assignOwners(_ accounts: [MailAddress: AccountID]) async throws(StoreError) {
        try await perform(AssignOwners(accounts: accounts))
    }

    /// What this store gives numbers to from now on has none that anything had which came after this was made, as a backup.
    public func leaveGap() async throws(StoreError) { try await perform(LeaveGap()) }

    /// The store that lies in `folder` is the one that is opened from the next start on, as its own next generation: an old copy of
    /// it is never taken for it. A backup becomes a store of its own by that: what has come since it was made is in the store that
    /// gives way and nowhere else, and no move may take that for an old copy. Both stores must be closed.
    public func giveWay(toStoreIn folder: String) throws {
        guard let memory = configuration.memory else { throw StoreError.unavailable("nobody remembers where the store is") }
        guard var identity = try StoreIdentity.found(in: folder) else {
            throw StoreError.unavailable("there is no mail store in \(folder)")
        }
        if identity.generation == 0 { identity.store = .random() }
        identity.generation = try memory.takeGeneration(identity.generation + 1)
        try identity.write(in: Folder(folder + "/" + CopyPlace.name))
        try memory.remember(identity, folder)
    }
}

extension StoreSnapshot {
    func owners() throws -> [(account: AccountID, address: MailAddress, messages: Int)] {
        try connection.statement(
            """
            SELECT o.account, o.address, coalesce(sum(m.messages), 0) FROM owner o \
            LEFT JOIN mailbox m ON m.owner = o.id AND m.name NOT LIKE char(1) || '%' GROUP BY o.id
            """
        ).all { (AccountID(octets: $0.bytes(0)), MailAddress($0.text(1)), $0.int(2)) }.compactMap { account, address, messages in
            guard let account, let address else { return nil }
            return (account, address, messages)
        }
    }
}

/// Owners are matched by their address, never by their number: two installations give numbers of their own.
struct AssignOwners: StoreVerb {
    let accounts: [MailAddress: AccountID]

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        let owners = try transaction.statement("SELECT id, account, address FROM owner").all {
            (id: $0.int64(0), account: AccountID(octets: $0.bytes(1)), address: MailAddress($0.text(2)))
        }
        let update = try transaction.statement("UPDATE owner SET account = ?2 WHERE id = ?1")
        let taken = Set(accounts.values)
        // First out of the way, whoever has an account's number and not its address.
        for owner in owners {
            guard let account = owner.account, taken.contains(account), owner.address.flatMap({ accounts[$0] }) != account else { continue }
            update.bind(1, owner.id)
            update.bind(2, AccountID.random().octets)
            try update.run()
        }
        var given: Set<AccountID> = []
        for owner in owners {
            guard let address = owner.address, let account = accounts[address], given.insert(account).inserted, owner.account != account
            else { continue }
            update.bind(1, owner.id)
            update.bind(2, account.octets)
            try update.run()
        }
        try transaction.namesChanged()
    }
}
