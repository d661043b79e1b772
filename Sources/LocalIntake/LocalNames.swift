import Delivery
import MailCore
import MailSettings
import StateStore

/// Finds out whom a local program means: an address like any other, or a name of this machine (`root`), which is looked for in our
/// domains.
///
/// | the name | leads to |
/// |---|---|
/// | an account or alias, in `login.default-domain` or the first of our domains that has it | its mailboxes |
/// | another user of this machine (`www-data`, `root` itself) | whoever has root's mail |
/// | root, when nobody has its mail | nowhere yet: the letter waits |
/// | nobody at all | refused |
struct LocalNames {
    let directory: Directory
    let settings: Settings
    /// The machine's names, under which it is meant itself.
    let hostname: String
    /// Whether a person or a program of this machine has that name.
    let isUser: @Sendable (String) -> Bool

    enum Way: Hashable {
        case leads(here: [Account], elsewhere: [MailAddress])
        /// Until an operator has said where such mail goes.
        case waits
        case refused(EnhancedStatus, String)
    }

    /// Names that root answers for wherever there is a machine. RFC 2142 §5
    private static let roots: Set<String> = ["root", "postmaster", "mailer-daemon"]

    func way(to name: DropName) -> Way {
        switch name {
        case .local(let name): return way(toLocal: name)
        case .address(let address):
            let resolution = resolver.resolve(address)
            if case .notLocal = resolution, isMachine(address.domain) { return way(toLocal: address.localPart) }
            if case .unknownUser = resolution, isOwnUser(address.localPart) { return way(toLocal: address.localPart) }
            return Self.way(resolution, address)
        }
    }

    /// The address that a report to this sender goes to, and that recipients see: a name of this machine gets the machine's.
    func address(of name: DropName) -> MailAddress? {
        switch name {
        case .address(let address): address
        case .local(let name): Domain(hostname).map { MailAddress(localPart: name, domain: $0) }
        }
    }

    private var resolver: RecipientResolver { RecipientResolver(directory: directory, delimiter: settings.accounts.delimiter) }

    private func isMachine(_ domain: Domain) -> Bool {
        [hostname.lowercased(), settings.smtp.heloName.lowercased(), "localhost", "localhost.localdomain"].contains(domain.name)
    }

    private func isOwnUser(_ name: String) -> Bool { Self.roots.contains(name.lowercased()) || isUser(name) }

    private func way(toLocal name: String) -> Way {
        if let way = inOwnDomains(name) { return way }
        guard isOwnUser(name) else {
            return .refused(EnhancedStatus(5, 1, 1), "Nobody of the name \(name) is on this machine or in its domains.")
        }
        return inOwnDomains("root") ?? .waits
    }

    private func inOwnDomains(_ name: String) -> Way? {
        let first = Domain(settings.login.defaultDomain).map { [$0] } ?? []
        for domain in first + directory.domains where directory.isLocal(domain) {
            let address = MailAddress(localPart: name, domain: domain)
            switch resolver.resolve(address) {
            case .unknownUser, .notLocal: continue
            case let resolution: return Self.way(resolution, address)
            }
        }
        return nil
    }

    private static func way(_ resolution: Resolution, _ address: MailAddress) -> Way {
        switch resolution {
        case .accounts(let accounts): .leads(here: accounts, elsewhere: [])
        case .alsoElsewhere(let addresses, let accounts): .leads(here: accounts, elsewhere: addresses)
        case .notLocal: .leads(here: [], elsewhere: [address])
        case .unknownUser: .refused(EnhancedStatus(5, 1, 1), "There is no \(address) here.")
        case .loop: .refused(EnhancedStatus(5, 4, 6), "The aliases of \(address) lead to each other.")
        case .tooManyTargets: .refused(EnhancedStatus(5, 4, 6), "\(address) leads to too many recipients.")
        }
    }
}
