/// Which server takes a domain's mail.
public struct RouteFacts: Codable, Sendable {
    public var domain: String
    /// None: the domain's own mail exchangers.
    public var host: String?
    public var port: Int

    public init(domain: String, host: String?, port: Int) {
        self.domain = domain
        self.host = host
        self.port = port
    }
}

/// `route add`
public struct RouteAdd: AdminOperation {
    public static let spec = OperationSpec(
        "route add", .post, "/api/routes", "Sends one domain's mail to a host of its own, or past the default relay to its mail exchangers."
    )
    public enum CodingKeys: CodingKey, CaseIterable { case domain, host, port }
    public typealias Answer = RouteFacts

    public var domain: String
    public var host: String?
    public var port: Int?
    public var subject: String { domain }

    public init(domain: String, host: String?, port: Int?) {
        self.domain = domain
        self.host = host
        self.port = port
    }
}

/// `route list`
public struct RouteList: AdminOperation {
    public static let spec = OperationSpec("route list", .get, "/api/routes", "Shows the routes of single domains.")
    public enum CodingKeys: CodingKey, CaseIterable {}

    public struct Answer: Codable, Sendable {
        public var routes: [RouteFacts]
        public init(routes: [RouteFacts]) { self.routes = routes }
    }

    public init() {}
}

/// `route remove`
public struct RouteRemove: AdminOperation {
    public static let spec = OperationSpec("route remove", .delete, "/api/routes/{domain}", "Takes a domain's route away.")
    public enum CodingKeys: CodingKey, CaseIterable { case domain }
    public typealias Answer = RouteFacts

    public var domain: String
    public var subject: String { domain }
    public init(domain: String) { self.domain = domain }
}

/// `relay test`
public struct RelayTest: AdminOperation {
    public static let spec = OperationSpec(
        "relay test", .post, "/api/relay/test", "Speaks to the default relay, up to the log-in, and says which step failed.")
    public enum CodingKeys: CodingKey, CaseIterable {}

    public struct Step: Codable, Sendable {
        public var name: String
        public var isOK: Bool
        public var words: String

        public init(name: String, isOK: Bool, words: String) {
            self.name = name
            self.isOK = isOK
            self.words = words
        }
    }

    public struct Answer: Codable, Sendable {
        /// In their order; only the last may have failed.
        public var steps: [Step]
        public init(steps: [Step]) { self.steps = steps }
    }

    public init() {}
}
