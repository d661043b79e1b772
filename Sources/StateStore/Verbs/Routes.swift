import GRDB
public import MailCore

extension StateStore {
    /// Sends a domain's mail to a host of its own, in place of the route that it had.
    public func setRoute(_ route: Route) async throws(StateError) {
        try await change { db, directory in
            guard !directory.isLocal(route.domain) else { throw StateError.domainIsLocal(route.domain) }
            try db.execute(
                sql: """
                    INSERT INTO route (domain, host, port) VALUES (?, ?, ?)
                    ON CONFLICT (domain) DO UPDATE SET host = excluded.host, port = excluded.port
                    """,
                arguments: [route.domain.name, route.host, route.port])
        }
    }

    /// The domain's mail goes where the default relay or its exchangers are again.
    public func removeRoute(_ domain: Domain) async throws(StateError) {
        try await change { db, directory in
            guard directory.routes.contains(where: { $0.domain == domain }) else { throw StateError.noSuchRoute(domain) }
            try db.execute(sql: "DELETE FROM route WHERE domain = ?", arguments: [domain.name])
        }
    }
}
