/// `domain add`
public struct DomainAdd: AdminOperation {
    public static let spec = OperationSpec("domain add", .post, "/api/domains", "Makes a domain local: its mail is kept here.")
    public enum CodingKeys: CodingKey, CaseIterable { case name }
    public typealias Answer = DomainFacts

    public var name: String
    public var subject: String { name }

    public init(name: String) { self.name = name }
}

/// `domain list`
public struct DomainList: AdminOperation {
    public static let spec = OperationSpec("domain list", .get, "/api/domains", "Shows all local domains.")
    public enum CodingKeys: CodingKey, CaseIterable {}

    public struct Answer: Codable, Sendable {
        public var domains: [DomainFacts]
        public init(domains: [DomainFacts]) { self.domains = domains }
    }

    public init() {}
}

/// `domain show`
public struct DomainShow: AdminOperation {
    public static let spec = OperationSpec("domain show", .get, "/api/domains/{name}", "Shows one domain.")
    public enum CodingKeys: CodingKey, CaseIterable { case name }
    public typealias Answer = DomainFacts

    public var name: String
    public var subject: String { name }

    public init(name: String) { self.name = name }
}

/// `domain set`
public struct DomainSet: AdminOperation {
    public static let spec = OperationSpec(
        "domain set", .patch, "/api/domains/{name}", "Changes who gets the domain's mail for names that do not exist.")
    public enum CodingKeys: CodingKey, CaseIterable { case name, catchAll }
    public typealias Answer = DomainFacts

    public var name: String
    /// Addresses; an empty list refuses such mail.
    public var catchAll: [String]

    public var subject: String { name }

    public init(name: String, catchAll: [String]) {
        self.name = name
        self.catchAll = catchAll
    }
}

/// `domain remove`
public struct DomainRemove: AdminOperation {
    public static let spec = OperationSpec(
        "domain remove", .delete, "/api/domains/{name}", "Removes a domain that has no accounts and no aliases.")
    public enum CodingKeys: CodingKey, CaseIterable { case name }
    public typealias Answer = DomainFacts

    public var name: String
    public var subject: String { name }

    public init(name: String) { self.name = name }
}

/// A local domain.
public struct DomainFacts: Codable, Sendable {
    public var name: String
    public var accounts: Int
    /// Without the catch-all.
    public var aliases: Int
    /// Who gets mail for names that do not exist; empty when it is refused.
    public var catchAll: [String]

    public init(name: String, accounts: Int, aliases: Int, catchAll: [String]) {
        self.name = name
        self.accounts = accounts
        self.aliases = aliases
        self.catchAll = catchAll
    }
}
