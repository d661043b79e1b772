/// `alias add`
public struct AliasAdd: AdminOperation {
    public static let spec = OperationSpec(
        "alias add", .post, "/api/aliases", "Makes another name for an account, or a group; @domain is the domain's catch-all.")
    public enum CodingKeys: CodingKey, CaseIterable { case address, targets }
    public typealias Answer = AliasFacts

    public var address: String
    public var targets: [String]

    public var subject: String { address }

    public init(address: String, targets: [String]) {
        self.address = address
        self.targets = targets
    }
}

/// `alias list`
public struct AliasList: AdminOperation {
    public static let spec = OperationSpec("alias list", .get, "/api/aliases", "Shows all aliases.")
    public enum CodingKeys: CodingKey, CaseIterable {}

    public struct Answer: Codable, Sendable {
        public var aliases: [AliasFacts]
        public init(aliases: [AliasFacts]) { self.aliases = aliases }
    }

    public init() {}
}

/// `alias show`
public struct AliasShow: AdminOperation {
    public static let spec = OperationSpec("alias show", .get, "/api/aliases/{address}", "Shows one alias.")
    public enum CodingKeys: CodingKey, CaseIterable { case address }
    public typealias Answer = AliasFacts

    public var address: String
    public var subject: String { address }

    public init(address: String) { self.address = address }
}

/// `alias set`
public struct AliasSet: AdminOperation {
    public static let spec = OperationSpec(
        "alias set", .put, "/api/aliases/{address}", "Gives an alias other targets in place of those it has.")
    public enum CodingKeys: CodingKey, CaseIterable { case address, targets }
    public typealias Answer = AliasFacts

    public var address: String
    public var targets: [String]

    public var subject: String { address }

    public init(address: String, targets: [String]) {
        self.address = address
        self.targets = targets
    }
}

/// `alias remove`
public struct AliasRemove: AdminOperation {
    public static let spec = OperationSpec("alias remove", .delete, "/api/aliases/{address}", "Removes an alias.")
    public enum CodingKeys: CodingKey, CaseIterable { case address }
    public typealias Answer = AliasFacts

    public var address: String
    public var subject: String { address }

    public init(address: String) { self.address = address }
}

/// An address whose mail goes to others.
public struct AliasFacts: Codable, Sendable {
    /// `info@example.org`, or `@example.org` for a catch-all.
    public var address: String
    public var targets: [String]

    public init(address: String, targets: [String]) {
        self.address = address
        self.targets = targets
    }
}
