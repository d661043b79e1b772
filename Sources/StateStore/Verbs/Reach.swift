import MailCore

/// Where mail for an address goes next, as far as the directory alone can tell.
///
/// Of `alice+tag` every part before a character that is neither letter nor digit is tried, the longest first: which one delimits is
/// a setting that this store does not know, and an alias to a tagged address must not be refused for it.
enum Reach: Hashable {
    case elsewhere
    case account(MailAddress)
    /// An alias, or a catch-all by its address with an empty local part.
    case alias(MailAddress)
    /// `postmaster` without an account of its own: somebody always gets it (RFC 5321 §4.5.1).
    case postmaster
    case nobody
}

extension Directory {
    func reach(_ address: MailAddress) -> Reach {
        let address = address.folded
        guard isLocal(address.domain) else { return .elsewhere }
        let local = address.localPart
        let cuts = local.indices.filter { !(local[$0].isLetter || local[$0].isNumber) && $0 != local.startIndex }
        for end in [local.endIndex] + cuts.reversed() {
            let head = MailAddress(localPart: String(local[..<end]), domain: address.domain)
            if account(head) != nil { return .account(head) }
            if aliasTargets(head) != nil { return .alias(head) }
        }
        if local == "postmaster" { return .postmaster }
        return catchAll(address.domain) == nil ? .nobody : .alias(MailAddress(localPart: "", domain: address.domain))
    }

    /// The written names of the aliases that have a target which leads there.
    func aliases(leadingTo reach: Reach) -> [String] {
        aliases.filter { $0.targets.contains { self.reach($0) == reach } }.map(\.name)
    }

    /// Whether following the alias's targets comes back to the alias. Each alias is visited once.
    func leadsBack(_ alias: Alias) -> Bool {
        var visited: Set<MailAddress> = []
        var open = alias.targets
        while let address = open.popLast() {
            guard case .alias(let next) = reach(address) else { continue }
            if next == alias.address { return true }
            if visited.insert(next).inserted { open += self.alias(next)?.targets ?? [] }
        }
        return false
    }
}
