internal import AdminContract
internal import MailCore
internal import StateStore

/// `domain …`
struct DomainHandlers: Sendable {
    let services: AdminServices
    private var state: StateStore { services.state }

    init(services: AdminServices) { self.services = services }

    func register(in table: inout HandlerTable) {
        table.add(DomainAdd.self) { asked in
            let domain = try Naming.domain(asked.name)
            try await state.addDomain(domain)
            return facts(domain, state.directory)
        }
        table.add(DomainList.self) { _ in
            let directory = state.directory
            return DomainList.Answer(domains: directory.domains.map { facts($0, directory) })
        }
        table.add(DomainShow.self) { facts(try existing($0.name), state.directory) }
        table.add(DomainSet.self, set)
        table.add(DomainRemove.self) { asked in
            let domain = try Naming.domain(asked.name)
            let last = facts(domain, state.directory)
            try await state.removeDomain(domain)
            return last
        }
    }

    /// The catch-all is an alias with an empty local part; it comes, changes and goes with the list of its targets.
    private func set(_ asked: DomainSet) async throws -> DomainFacts {
        let domain = try existing(asked.name)
        let catchAll = MailAddress(localPart: "", domain: domain)
        let targets = try Naming.addresses(asked.catchAll)
        let isThere = state.directory.catchAll(domain) != nil
        if targets.isEmpty {
            if isThere { try await state.removeAlias(catchAll) }
        } else if isThere {
            _ = try await state.setAlias(catchAll, targets: targets)
        } else {
            _ = try await state.addAlias(catchAll, targets: targets)
        }
        return facts(domain, state.directory)
    }

    private func existing(_ name: String) throws -> Domain {
        let domain = try Naming.domain(name)
        guard state.directory.isLocal(domain) else { throw StateError.noSuchDomain(domain) }
        return domain
    }

    private func facts(_ domain: Domain, _ directory: Directory) -> DomainFacts {
        DomainFacts(
            name: domain.name, accounts: directory.accounts(in: domain).count,
            aliases: directory.aliases.count { $0.address.domain == domain && !$0.isCatchAll },
            catchAll: (directory.catchAll(domain) ?? []).map(\.description))
    }
}
