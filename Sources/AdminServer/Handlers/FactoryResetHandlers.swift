internal import AdminContract
internal import MailCore

/// `factory-reset`
struct FactoryResetHandlers: Sendable {
    let services: AdminServices

    func register(in table: inout HandlerTable) {
        table.add(FactoryReset.self) { [services] asked in
            guard asked.confirm == FactoryReset.spec.name else {
                throw AdminRefusal(.invalid, "Say confirm \"\(FactoryReset.spec.name)\"; then it is done.")
            }
            guard let desk = services.reset else { throw AdminRefusal(.unavailable, "This daemon cannot be set back.") }
            try await desk.order(asked.eraseMail ?? false)
            return FactoryReset.Answer(sentences: FactoryReset.sentences(eraseMail: asked.eraseMail ?? false))
        }
    }
}
