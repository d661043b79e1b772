internal import AdminContract
internal import MailCore
internal import StateStore

/// `route …`, `relay test`
struct RouteHandlers: Sendable {
    let services: AdminServices
    private var state: StateStore { services.state }

    init(services: AdminServices) { self.services = services }

    func register(in table: inout HandlerTable) {
        table.add(RouteAdd.self) { asked in
            let route = Route(
                domain: try Naming.domain(asked.domain), host: try asked.host.map(Naming.host), port: try Naming.port(asked.port ?? 25))
            try await state.setRoute(route)
            return facts(route)
        }
        table.add(RouteList.self) { _ in RouteList.Answer(routes: state.directory.routes.map(facts)) }
        table.add(RouteRemove.self) { asked in
            let domain = try Naming.domain(asked.domain)
            guard let route = state.directory.routes.first(where: { $0.domain == domain }) else { throw StateError.noSuchRoute(domain) }
            try await state.removeRoute(domain)
            return facts(route)
        }
        table.add(RelayTest.self) { _ in RelayTest.Answer(steps: await services.sending.testRelay()) }
    }

    private func facts(_ route: Route) -> RouteFacts { RouteFacts(domain: route.domain.name, host: route.host, port: route.port) }
}

extension Naming {
    /// A host by name or by address.
    static func host(_ text: String) throws(AdminRefusal) -> String {
        if IPAddress(text) != nil { return text }
        return try domain(text).name
    }

    static func port(_ number: Int) throws(AdminRefusal) -> Int {
        guard (1...65535).contains(number) else { throw AdminRefusal(.invalid, "\(number) is no port; there are 1 to 65535.") }
        return number
    }
}
