public import MailCore

/// Which server takes the mail for one domain that is not ours, whatever the default relay is.
public struct Route: Hashable, Sendable {
    public let domain: Domain
    /// A host's name or address; `nil`: the domain's own mail exchangers.
    public let host: String?
    public let port: Int

    public init(domain: Domain, host: String?, port: Int = 25) {
        self.domain = domain
        self.host = host
        self.port = port
    }
}
