internal import AdminContract
internal import MailCore
internal import MailStore

/// `store …`
struct StoreHandlers: Sendable {
    let services: AdminServices

    func register(in table: inout HandlerTable) {
        table.add(StoreCheck.self) { _ in
            let report = try await services.store.check()
            return StoreCheck.Answer(messages: report.messages, bytes: report.bytes.bytes, findings: report.findings)
        }
    }
}
