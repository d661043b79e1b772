internal import AdminContract
internal import MailCore
internal import StateStore

/// `alias …`
struct AliasHandlers: Sendable {
    let services: AdminServices
    private var state: StateStore { services.state }

    init(services: AdminServices) { self.services = services }

    func register(in table: inout HandlerTable) {
        table.add(AliasAdd.self) { asked in
            facts(try await state.addAlias(try Naming.alias(asked.address), targets: try Naming.addresses(asked.targets)))
        }
        table.add(AliasList.self) { _ in AliasList.Answer(aliases: state.directory.aliases.map(facts)) }
        table.add(AliasShow.self) { facts(try existing($0.address)) }
        table.add(AliasSet.self) { asked in
            facts(try await state.setAlias(try Naming.alias(asked.address), targets: try Naming.addresses(asked.targets)))
        }
        table.add(AliasRemove.self) { asked in
            let last = try existing(asked.address)
            try await state.removeAlias(last.address)
            return facts(last)
        }
    }

    private func existing(_ name: String) throws -> Alias {
        let address = try Naming.alias(name)
        let directory = state.directory
        guard let targets = address.localPart.isEmpty ? directory.catchAll(address.domain) : directory.aliasTargets(address) else {
            throw StateError.noSuchAlias(address)
        }
        return Alias(address: address, targets: targets)
    }

    private func facts(_ alias: Alias) -> AliasFacts {
        AliasFacts(address: alias.name, targets: alias.targets.map(\.description))
    }
}
