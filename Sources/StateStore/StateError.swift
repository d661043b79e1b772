public import MailCore

/// Why an operator's change was not made, or that the state database could not be used. Nothing was changed in either case.
public enum StateError: Error, Hashable, Sendable {
    case domainExists(Domain)
    case noSuchDomain(Domain)
    case domainNotAllowed(Domain)
    case domainHasAccounts(Domain, Int)
    case domainHasAliases(Domain, Int)

    case accountExists(MailAddress)
    case noSuchAccount(MailAddress)
    case addressNotAllowed(MailAddress)
    case displayNameNotAllowed
    case passwordNotAllowed
    case quotaNotAllowed
    /// The account cannot go: these aliases (their written names) lead to it.
    case accountIsTarget(MailAddress, of: [String])

    case aliasExists(MailAddress)
    case noSuchAlias(MailAddress)
    case addressIsAccount(MailAddress)
    case addressIsAlias(MailAddress)
    case aliasHasNoTargets(MailAddress)
    case aliasHasTooManyTargets(MailAddress, allowed: Int)
    case targetUnknown(alias: MailAddress, target: MailAddress)
    case aliasLoops(MailAddress)
    /// The alias cannot go: these other aliases (their written names) lead to it.
    case aliasIsTarget(MailAddress, of: [String])

    case noSuchCertificate(String)
    case certificateNameNotAllowed(String)
    case certificateNotAllowed(String)
    case tooManyCertificates(allowed: Int)
    /// A route is for domains of others.
    case domainIsLocal(Domain)
    case noSuchRoute(Domain)

    /// Too many passwords are being worked on.
    case busy
    /// The world is wrong (disk full, I/O error, closed); the text is for the journal and the operator, never for a peer.
    case unavailable(String)
}

extension StateError {
    /// How an answer of the admin interface classes it.
    public enum Kind: Sendable, Hashable {
        /// What was named does not exist.
        case notFound
        /// It contradicts what is there already.
        case conflict
        /// It is never allowed.
        case invalid
        /// It may work later.
        case unavailable
    }

    public var kind: Kind {
        switch self {
        case .noSuchDomain, .noSuchAccount, .noSuchAlias, .noSuchCertificate, .noSuchRoute: .notFound
        case .domainExists, .domainHasAccounts, .domainHasAliases, .accountExists, .accountIsTarget, .aliasExists, .addressIsAccount,
            .addressIsAlias, .aliasLoops, .aliasIsTarget, .tooManyCertificates, .domainIsLocal:
            .conflict
        case .domainNotAllowed, .addressNotAllowed, .displayNameNotAllowed, .passwordNotAllowed, .quotaNotAllowed, .aliasHasNoTargets,
            .aliasHasTooManyTargets, .targetUnknown, .certificateNameNotAllowed, .certificateNotAllowed:
            .invalid
        case .busy, .unavailable: .unavailable
        }
    }
}

/// One sentence for an operator that says what to do.
extension StateError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .domainExists(let domain): "The domain \(domain) exists already."
        case .noSuchDomain(let domain): "The domain \(domain) does not exist; add it first."
        case .domainNotAllowed(let domain): "\(domain) cannot be a mail domain; give a name such as example.org."
        case .domainHasAccounts(let domain, let count):
            "The domain \(domain) has \(Self.counted(count, "account")); remove \(count == 1 ? "it" : "them") first."
        case .domainHasAliases(let domain, let count):
            "The domain \(domain) has \(Self.counted(count, "alias", "aliases")); remove \(count == 1 ? "it" : "them") first."
        case .accountExists(let address): "The account \(address) exists already."
        case .noSuchAccount(let address): "The account \(address) does not exist."
        case .addressNotAllowed(let address):
            "\(Alias.name(of: address)) cannot be an address here; the part before the @ has 1 to 64 octets and no control characters."
        case .displayNameNotAllowed: "A display name has at most 255 octets and no control characters."
        case .passwordNotAllowed: "A password has 1 to 1024 octets of UTF-8 and no control characters."
        case .quotaNotAllowed: "A quota is at least 1B; leave it out for no limit."
        case .accountIsTarget(let address, let aliases):
            "The account \(address) is a target of \(Self.listed(aliases)); change or remove \(aliases.count == 1 ? "it" : "them") first."
        case .aliasExists(let address): "The alias \(Alias.name(of: address)) exists already."
        case .noSuchAlias(let address): "The alias \(Alias.name(of: address)) does not exist."
        case .addressIsAccount(let address): "\(address) is an account; an alias of that name would take its mail away."
        case .addressIsAlias(let address): "\(address) is an alias; remove it first or choose another address."
        case .aliasHasNoTargets(let address): "The alias \(Alias.name(of: address)) needs at least one target."
        case .aliasHasTooManyTargets(let address, let allowed):
            "The alias \(Alias.name(of: address)) has too many targets; at most \(allowed) are allowed."
        case .targetUnknown(let alias, let target):
            "\(Alias.name(of: alias)) cannot lead to \(target): its domain is served here, but neither an account nor an alias has that name."
        case .aliasLoops(let address): "The alias \(Alias.name(of: address)) would lead back to itself."
        case .aliasIsTarget(let address, let aliases):
            "The alias \(Alias.name(of: address)) is a target of \(Self.listed(aliases)); change or remove \(aliases.count == 1 ? "it" : "them") first."
        case .noSuchCertificate(let name): "The certificate \(name) does not exist."
        case .certificateNameNotAllowed(let name):
            "\"\(name)\" cannot be a certificate's name; it has 1 to 128 lower-case letters, digits, and dots, hyphens or underscores inside."
        case .certificateNotAllowed(let name):
            "The certificate \(name) needs one or two chains, each with its key; those that are linked, as paths that begin with a slash."
        case .tooManyCertificates(let allowed): "There are \(allowed) certificates already, which is the most; remove one first."
        case .domainIsLocal(let domain): "The domain \(domain) is served here; its mail needs no route."
        case .noSuchRoute(let domain): "There is no route for the domain \(domain)."
        case .busy: "The server is busy with other passwords; try again in a moment."
        case .unavailable(let why): "The state database cannot be used (\(why)); see the journal."
        }
    }

    private static func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
        "\(count) \(count == 1 ? one : many ?? one + "s")"
    }

    /// The first few, and how many more.
    private static func listed(_ names: [String]) -> String {
        let shown = names.prefix(3).joined(separator: ", ")
        let more = names.count - 3
        return "the \(names.count == 1 ? "alias" : "aliases") \(shown)" + (more > 0 ? " and \(more) more" : "")
    }
}
