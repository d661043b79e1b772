/// `account add`
public struct AccountAdd: AdminOperation {
    public static let spec = OperationSpec(
        "account add", .post, "/api/accounts", "Makes an account with a mailbox and its standard folders.")
    public enum CodingKeys: CodingKey, CaseIterable { case address, password, displayName, quota }
    public typealias Answer = AccountFacts

    public var address: String
    public var password: String
    public var displayName: String?
    /// `10GiB`; nothing for no limit.
    public var quota: String?

    public var subject: String { address }

    public init(address: String, password: String, displayName: String? = nil, quota: String? = nil) {
        self.address = address
        self.password = password
        self.displayName = displayName
        self.quota = quota
    }
}

/// `account list`
public struct AccountList: AdminOperation {
    public static let spec = OperationSpec("account list", .get, "/api/accounts", "Shows all accounts.")
    public enum CodingKeys: CodingKey, CaseIterable {}

    public struct Answer: Codable, Sendable {
        public var accounts: [AccountFacts]
        public init(accounts: [AccountFacts]) { self.accounts = accounts }
    }

    public init() {}
}

/// `account show`
public struct AccountShow: AdminOperation {
    public static let spec = OperationSpec("account show", .get, "/api/accounts/{address}", "Shows one account and its mailboxes.")
    public enum CodingKeys: CodingKey, CaseIterable { case address }
    public typealias Answer = AccountFacts

    public var address: String
    public var subject: String { address }

    public init(address: String) { self.address = address }
}

/// `account set`
public struct AccountSet: AdminOperation {
    public static let spec = OperationSpec(
        "account set", .patch, "/api/accounts/{address}", "Changes an account; what is not named stays as it is.")
    public enum CodingKeys: CodingKey, CaseIterable { case address, password, displayName, enabled, quota }
    public typealias Answer = AccountFacts

    public var address: String
    public var password: String?
    public var displayName: String?
    public var enabled: Bool?
    /// `10GiB`, or `none` for no limit.
    public var quota: String?

    public var subject: String { address }

    public init(
        address: String, password: String? = nil, displayName: String? = nil, enabled: Bool? = nil, quota: String? = nil
    ) {
        self.address = address
        self.password = password
        self.displayName = displayName
        self.enabled = enabled
        self.quota = quota
    }
}

/// `account remove`
public struct AccountRemove: AdminOperation {
    public static let spec = OperationSpec(
        "account remove", .delete, "/api/accounts/{address}", "Removes an account; its mail stays unless it is to be deleted too.")
    public enum CodingKeys: CodingKey, CaseIterable { case address, deleteMail }

    public struct Answer: Codable, Sendable {
        public var address: String
        /// The name under which mail that was kept can be deleted later.
        public var id: String
        public var mailDeleted: Bool

        public var subject: String { address }

        public init(address: String, id: String, mailDeleted: Bool) {
            self.address = address
            self.id = id
            self.mailDeleted = mailDeleted
        }
    }

    /// The account's address; or, to delete the mail of an account that is gone, the account's id.
    public var address: String
    /// Missing is `false`.
    public var deleteMail: Bool?

    public init(address: String, deleteMail: Bool) {
        self.address = address
        self.deleteMail = deleteMail
    }
}

/// Somebody who has a mailbox here.
public struct AccountFacts: Codable, Sendable {
    public struct Mailbox: Codable, Sendable {
        public var name: String
        public var messages: Int
        public var unseen: Int
        public var bytes: Int

        public init(name: String, messages: Int, unseen: Int, bytes: Int) {
            self.name = name
            self.messages = messages
            self.unseen = unseen
            self.bytes = bytes
        }
    }

    public var address: String
    /// A UUID that stays when the address changes.
    public var id: String
    public var displayName: String
    public var enabled: Bool
    /// `10GiB`; missing when there is no limit.
    public var quota: String?
    /// RFC 3339, in UTC.
    public var created: String
    /// Only where one account is shown, and the store can be read.
    public var mailboxes: [Mailbox]?
    /// What was done only in part, if anything.
    public var warning: String?

    public init(address: String, id: String, displayName: String, enabled: Bool, quota: String?, created: String) {
        self.address = address
        self.id = id
        self.displayName = displayName
        self.enabled = enabled
        self.quota = quota
        self.created = created
    }
}
