public import AdminContract

/// What the gateway around the daemon tells an operator: its interfaces and its firewall.
public struct AdminGateway: Sendable {
    let interfaces: @Sendable () -> InterfaceList.Answer
    let rules: @Sendable () async throws(AdminRefusal) -> AccessRules
    let check: @Sendable () async throws(AdminRefusal) -> AccessFindings
    let explain: @Sendable (UInt16) async throws(AdminRefusal) -> AccessFindings

    public init(
        interfaces: @escaping @Sendable () -> InterfaceList.Answer,
        rules: @escaping @Sendable () async throws(AdminRefusal) -> AccessRules,
        check: @escaping @Sendable () async throws(AdminRefusal) -> AccessFindings,
        explain: @escaping @Sendable (UInt16) async throws(AdminRefusal) -> AccessFindings
    ) {
        self.interfaces = interfaces
        self.rules = rules
        self.check = check
        self.explain = explain
    }

    /// A daemon that knows nothing of a gateway.
    public static let none = AdminGateway(
        interfaces: { InterfaceList.Answer(interfaces: [], missing: []) },
        rules: { () throws(AdminRefusal) in throw unknown }, check: { () throws(AdminRefusal) in throw unknown },
        explain: { _ throws(AdminRefusal) in throw unknown })

    private static let unknown = AdminRefusal(.unavailable, "This daemon has no gatekeeper to ask about the firewall.")
}
