internal import AdminContract
internal import Hummingbird
internal import Logging
internal import MailCore

/// The routes: each operation's, from its spec.
enum OperationRoutes {
    static func router(_ services: AdminServices, _ permission: AdminPermission) -> Router<AdminContext> {
        let router = Router(context: AdminContext.self)
        router.add(middleware: RefusalAnswers(logger: services.logger))
        router.add(middleware: PermissionGate(permission: permission))
        var table = HandlerTable(router: router, logger: services.logger)
        SettingsHandlers(services: services).register(in: &table)
        DomainHandlers(services: services).register(in: &table)
        AccountHandlers(services: services).register(in: &table)
        AliasHandlers(services: services).register(in: &table)
        CertificateHandlers(services: services).register(in: &table)
        StoreHandlers(services: services).register(in: &table)
        GatewayHandlers(services: services).register(in: &table)
        QueueHandlers(services: services).register(in: &table)
        TraceHandlers(services: services).register(in: &table)
        RouteHandlers(services: services).register(in: &table)
        TaskHandlers(services: services).register(in: &table)
        StorageHandlers(services: services).register(in: &table)
        StatusHandlers(services: services).register(in: &table)
        FactoryResetHandlers(services: services).register(in: &table)
        for operation in AdminOperations.all {
            precondition(table.names.contains(operation.spec.name), "\(operation.spec.name) has no handler")
        }
        return router
    }
}

/// Handlers as they are added, by their operation's name.
struct HandlerTable {
    let router: Router<AdminContext>
    let logger: Logger
    private(set) var names: Set<String> = []

    init(router: Router<AdminContext>, logger: Logger) {
        self.router = router
        self.logger = logger
    }

    /// `handle` does what the operation asks. What it changes is a fact for the journal; its other parameters are not, they may be secrets.
    mutating func add<Operation: AdminOperation>(
        _ operation: Operation.Type, _ handle: @escaping @Sendable (Operation) async throws -> Operation.Answer
    ) {
        names.insert(Operation.spec.name)
        router.on(RouterPath(stringLiteral: Operation.spec.path), method: Operation.spec.httpMethod) { [logger] request, context in
            let asked = try await OperationRequest.read(Operation.self, from: request, context)
            let answer = try await handle(asked)
            if Operation.spec.method != .get {
                let user = context.peer.map { String($0.user) } ?? "?"
                logger.info(
                    "\(Operation.spec.name)\(asked.subject.isEmpty ? "" : " " + asked.subject), by user \(user)",
                    metadata: ["event": "\(JournalEvent.adminOperation.rawValue)"])
            }
            return try JSONAnswer.response(answer)
        }
    }
}

extension OperationSpec {
    fileprivate var httpMethod: HTTPRequest.Method {
        switch method {
        case .get: .get
        case .post: .post
        case .put: .put
        case .patch: .patch
        case .delete: .delete
        }
    }
}
