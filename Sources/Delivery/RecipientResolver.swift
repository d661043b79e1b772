public import MailCore
public import StateStore

/// What an address leads to.
public enum Resolution: Hashable, Sendable {
    /// Local mailboxes, each once, in the order in which aliases name them; never empty.
    case accounts([Account])
    /// The domain is ours; nobody of that name is there.
    case unknownUser
    /// The domain is not ours.
    case notLocal
    /// Aliases lead to addresses of other servers, each once and never none of them, and to these mailboxes of ours.
    case alsoElsewhere([MailAddress], accounts: [Account])
    /// Aliases lead to nothing but each other, or to nobody.
    case loop
    /// Aliases lead to more addresses than one message may go to.
    case tooManyTargets
}

/// Finds the mailboxes behind an address: accounts, `alice+tag`, aliases and groups, catch-alls, the postmaster.
///
/// Local parts are compared without case. At each step the first that exists counts: the alias or the account of that very name, then
/// the same for the part before the delimiter, then the domain's catch-all. `postmaster` is never unknown while there is an account.
public struct RecipientResolver: Sendable {
    private let directory: Directory
    private let delimiters: String

    /// Most addresses that one recipient may lead to, so that groups of groups stay finite in time and memory.
    public static let maxTargets = 10_000

    /// - Parameter delimiter: what stands between a name and its tag; each of its characters does. Empty: there are no tags.
    public init(directory: Directory, delimiter: String) {
        self.directory = directory
        delimiters = delimiter
    }

    public func resolve(_ address: MailAddress) -> Resolution {
        guard directory.isLocal(address.domain) else { return .notLocal }
        if let account = directory.account(address), directory.aliasTargets(address) == nil { return .accounts([account]) }
        let resolution = expand(address)
        switch resolution {
        case .accounts, .alsoElsewhere: return resolution
        case .unknownUser, .notLocal, .loop, .tooManyTargets: break
        }
        return isPostmaster(address) ? resolvePostmaster(of: address.domain, ignoring: resolution) : resolution
    }

    /// `RCPT TO:<postmaster>`, which every server takes. RFC 5321 §4.5.1
    public func resolvePostmaster() -> Resolution {
        for domain in directory.domains {
            let resolution = expand(MailAddress(localPart: Self.postmaster, domain: domain))
            if case .accounts = resolution { return resolution }
        }
        return resolvePostmaster(of: nil, ignoring: .unknownUser)
    }

    private static let postmaster = "postmaster"

    private func isPostmaster(_ address: MailAddress) -> Bool {
        address.localPart.lowercased() == Self.postmaster || withoutTag(address)?.localPart.lowercased() == Self.postmaster
    }

    /// Nobody was made postmaster: the oldest enabled account answers, of this domain before the others'.
    private func resolvePostmaster(of domain: Domain?, ignoring resolution: Resolution) -> Resolution {
        let own = domain.map { directory.accounts(in: $0) } ?? []
        guard
            let account = own.first(where: \.enabled) ?? directory.accounts.first(where: \.enabled) ?? own.first ?? directory.accounts.first
        else { return resolution }
        return .accounts([account])
    }

    /// Walks through aliases breadth first; each address is looked at once, so that loops end.
    private func expand(_ start: MailAddress) -> Resolution {
        var accounts: [Account] = []
        var elsewhere: [MailAddress] = []
        var known: Set<AccountID> = []
        var seen: Set<MailAddress> = [start.folded]
        var waiting = [start]
        var next = 0
        while next < waiting.count {
            let address = waiting[next]
            next += 1
            guard directory.isLocal(address.domain) else {
                elsewhere.append(address)
                continue
            }
            switch step(address) {
            case .account(let account):
                if known.insert(account.id).inserted { accounts.append(account) }
            case .targets(let targets):
                for target in targets where seen.insert(target.folded).inserted { waiting.append(target) }
                guard waiting.count <= Self.maxTargets else { return .tooManyTargets }
            case .nobody:
                if next == 1 { return .unknownUser }
            }
        }
        guard elsewhere.isEmpty else { return .alsoElsewhere(elsewhere, accounts: accounts) }
        return accounts.isEmpty ? .loop : .accounts(accounts)
    }

    private enum Step {
        case account(Account)
        case targets([MailAddress])
        case nobody
    }

    private func step(_ address: MailAddress) -> Step {
        if let exact = exactly(address) { return exact }
        if let base = withoutTag(address), let exact = exactly(base) { return exact }
        return directory.catchAll(address.domain).map(Step.targets) ?? .nobody
    }

    private func exactly(_ address: MailAddress) -> Step? {
        if let targets = directory.aliasTargets(address) { return .targets(targets) }
        return directory.account(address).map(Step.account)
    }

    /// `alice` for `alice+tag`; `nil` when there is no delimiter or nothing before it.
    private func withoutTag(_ address: MailAddress) -> MailAddress? {
        guard !delimiters.isEmpty, let end = address.localPart.firstIndex(where: delimiters.contains), end > address.localPart.startIndex
        else { return nil }
        return MailAddress(localPart: String(address.localPart[..<end]), domain: address.domain)
    }
}
