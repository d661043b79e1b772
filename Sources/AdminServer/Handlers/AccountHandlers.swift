internal import AdminContract
internal import MailCore
internal import MailSettings
internal import MailStore
internal import StateStore

/// `account …`
struct AccountHandlers: Sendable {
    let services: AdminServices
    private var state: StateStore { services.state }
    private var store: MailStore { services.store }

    init(services: AdminServices) { self.services = services }

    func register(in table: inout HandlerTable) {
        table.add(AccountAdd.self, add)
        table.add(AccountList.self) { _ in AccountList.Answer(accounts: state.directory.accounts.map(facts)) }
        table.add(AccountShow.self, show)
        table.add(AccountSet.self, set)
        table.add(AccountRemove.self, remove)
    }

    /// First the account, then its mailbox. When the store is away the account is there all the same: its folders are made when
    /// it is first used.
    private func add(_ asked: AccountAdd) async throws -> AccountFacts {
        let settings = services.settings.current
        let account = try await state.addAccount(
            address: try Naming.address(asked.address), password: Array(asked.password.utf8), displayName: asked.displayName ?? "",
            quota: try asked.quota.map(Naming.quota), iterations: settings.accounts.passwordIterations)
        var facts = facts(account)
        do throws(StoreError) {
            // Before everything was set back there was an account of that address, and its mail is still here.
            if let reset = services.reset, reset.hasLeftMail(account.address) {
                try await store.assignOwners([account.address: account.id])
                reset.isTaken(account.address)
            }
            try await store.provision(account.id, address: account.address, folders: settings.mailbox.folders)
        } catch {
            facts.warning = "The account is made, but its folders are not: \(error) They are made when it is first used."
        }
        return facts
    }

    private func show(_ asked: AccountShow) async throws -> AccountFacts {
        let account = try existing(asked.address)
        var facts = facts(account)
        facts.mailboxes = try? await store.read { snapshot in
            try snapshot.mailboxes(of: account.id).map {
                AccountFacts.Mailbox(name: $0.name, messages: $0.messages, unseen: $0.unseen, bytes: $0.bytes)
            }
        }
        return facts
    }

    /// The password last: what may be refused for its form comes before the work.
    private func set(_ asked: AccountSet) async throws -> AccountFacts {
        let address = try existing(asked.address).address
        var change = AccountChange(displayName: asked.displayName, enabled: asked.enabled)
        if let quota = asked.quota { change.quota = quota == "none" ? .unlimited : .limited(try Naming.quota(quota)) }
        let isEmpty = change == AccountChange()
        guard !isEmpty || asked.password != nil else {
            throw AdminRefusal(.invalid, "Name what is to change: the password, the display name, the quota, or whether it is enabled.")
        }
        if !isEmpty { _ = try await state.setAccount(address, change) }
        if let password = asked.password {
            let iterations = services.settings.current.accounts.passwordIterations
            try await state.setPassword(address, to: Array(password.utf8), iterations: iterations)
        }
        return facts(try existing(asked.address))
    }

    /// The account first, so that no mail comes in behind the deletion.
    private func remove(_ asked: AccountRemove) async throws -> AccountRemove.Answer {
        let deleteMail = asked.deleteMail ?? false
        if deleteMail, let gone = AccountID(asked.address) { return try await deleteMailLeft(by: gone) }
        let account = try await state.removeAccount(try Naming.address(asked.address))
        if deleteMail {
            do throws(StoreError) {
                try await store.removeMail(of: account.id)
            } catch {
                throw AdminRefusal(
                    .unavailable,
                    "The account is removed, but not its mail: \(error) Remove \(account.id) with its mail when the store is back.")
            }
        }
        return AccountRemove.Answer(address: account.address.description, id: account.id.description, mailDeleted: deleteMail)
    }

    private func deleteMailLeft(by id: AccountID) async throws -> AccountRemove.Answer {
        if let account = state.directory.account(id) {
            throw AdminRefusal(.conflict, "\(id) is the account \(account.address), which exists; name it by its address to remove it.")
        }
        try await store.removeMail(of: id)
        return AccountRemove.Answer(address: "", id: id.description, mailDeleted: true)
    }

    private func existing(_ text: String) throws -> Account {
        let address = try Naming.address(text)
        guard let account = state.directory.account(address) else { throw StateError.noSuchAccount(address) }
        return account
    }

    private func facts(_ account: Account) -> AccountFacts {
        AccountFacts(
            address: account.address.description, id: account.id.description, displayName: account.displayName,
            enabled: account.enabled, quota: account.quota?.description, created: Naming.time(account.created))
    }
}
