internal import AdminContract
internal import MailCore

/// `interfaces`, `access …`
struct GatewayHandlers: Sendable {
    let services: AdminServices

    func register(in table: inout HandlerTable) {
        let gateway = services.gateway
        table.add(InterfaceList.self) { _ in gateway.interfaces() }
        table.add(AccessList.self) { _ in try await gateway.rules() }
        table.add(AccessCheck.self) { _ in try await gateway.check() }
        table.add(AccessExplain.self) { asked in
            guard asked.port.utf8.allSatisfy(\.isASCIIDigit), let port = UInt16(asked.port), port > 0 else {
                throw AdminRefusal(.invalid, "A port is a whole number from 1 to 65535.")
            }
            return try await gateway.explain(port)
        }
    }
}
