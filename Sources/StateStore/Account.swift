public import MailCore

/// Somebody who has a mailbox here and may log in. Its mail belongs to `id`, which never changes.
public struct Account: Sendable, Hashable {
    public let id: AccountID
    /// With the local part in lower case: addresses of this server are compared without case.
    public let address: MailAddress
    /// What stands beside the address in lists; may be empty.
    public let displayName: String
    /// Nobody logs in to an account that is not enabled; mail still comes in.
    public let enabled: Bool
    /// How much mail it may keep; `nil` is as much as fits.
    public let quota: ByteCount?
    /// Unix seconds.
    public let created: Int64

    public init(
        id: AccountID, address: MailAddress, displayName: String = "", enabled: Bool = true, quota: ByteCount? = nil, created: Int64
    ) {
        self.id = id
        self.address = address.folded
        self.displayName = displayName
        self.enabled = enabled
        self.quota = quota
        self.created = created
    }
}

/// What an operator changes about an account; `nil` leaves a thing as it is.
public struct AccountChange: Sendable, Hashable {
    public enum Quota: Sendable, Hashable {
        case unlimited
        case limited(ByteCount)
    }

    public var displayName: String?
    public var enabled: Bool?
    public var quota: Quota?

    public init(displayName: String? = nil, enabled: Bool? = nil, quota: Quota? = nil) {
        self.displayName = displayName
        self.enabled = enabled
        self.quota = quota
    }
}
