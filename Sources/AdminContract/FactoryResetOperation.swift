/// `factory-reset`
public struct FactoryReset: AdminOperation {
    public static let spec = OperationSpec(
        "factory-reset", .post, "/api/factory-reset", "Sets everything but the mail back to how it was installed, and starts anew.")
    public enum CodingKeys: CodingKey, CaseIterable { case confirm, eraseMail }

    public struct Answer: Codable, Sendable {
        /// Sentences: what goes, and what stays.
        public var sentences: [String]
        public init(sentences: [String]) { self.sentences = sentences }
    }

    /// The operation's own name, typed again: nobody resets a gateway by a slip.
    public var confirm: String
    /// The mail goes, too.
    public var eraseMail: Bool?

    public init(confirm: String, eraseMail: Bool? = nil) {
        self.confirm = confirm
        self.eraseMail = eraseMail
    }

    /// What it does, for whoever is about to do it.
    public static func sentences(eraseMail: Bool) -> [String] {
        [
            "Settings, domains, accounts with their passwords, aliases, routes, certificates and tasks are removed.",
            eraseMail
                ? "All mail is removed, too: what is in mailboxes, what waits in the queue, what programs of this machine have sent."
                : "Mail stays where it is; an account that is made with the address of one that was there has that one's mail again.",
            "The server ends its sessions and starts anew, as after its installation.",
        ]
    }
}
