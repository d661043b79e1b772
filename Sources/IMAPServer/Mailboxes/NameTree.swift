import IMAPWire
import MailStore
import StateStore

/// All names that LIST and LSUB can speak of: mailboxes, subscriptions, and what stands above them. RFC 3501 §6.3.8, §6.3.9
struct NameTree {
    struct Entry {
        let name: String
        /// `nil` when there is no such mailbox: it is subscribed only, or the beginning of other names only.
        var info: MailboxInfo?
        var isSubscribed = false
        /// There are mailboxes below it.
        var hasChildren = false
        /// Something below it is of the kind that was asked for. RFC 5258 §3.5
        var hasChosenBelow = false
    }

    /// By the octets of their names.
    private(set) var entries: [Entry] = []
    /// Octets, because two texts of Unicode that mean the same are two names.
    private var places: [[UInt8]: Int] = [:]

    init(mailboxes: [MailboxInfo], subscriptions: [String]) {
        for info in mailboxes {
            let place = place(of: info.name)
            entries[place].info = info
        }
        for name in subscriptions {
            let place = place(of: name)
            entries[place].isSubscribed = true
        }
        for info in mailboxes { markAbove(info.name, \.hasChildren) }
        sort()
    }

    /// Marks whatever stands above the chosen ones.
    mutating func choose(_ isChosen: (Entry) -> Bool) {
        for entry in entries where isChosen(entry) { markAbove(entry.name, \.hasChosenBelow) }
        sort()
    }

    private mutating func markAbove(_ name: String, _ mark: WritableKeyPath<Entry, Bool>) {
        for parent in MailboxName.parents(of: name) {
            let place = place(of: parent)
            // Then all above it are marked too.
            if entries[place][keyPath: mark] { return }
            entries[place][keyPath: mark] = true
        }
    }

    private mutating func place(of name: String) -> Int {
        let octets = Array(name.utf8)
        if let known = places[octets] { return known }
        places[octets] = entries.count
        entries.append(Entry(name: name))
        return entries.count - 1
    }

    private mutating func sort() {
        entries.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for (place, entry) in entries.enumerated() { places[Array(entry.name.utf8)] = place }
    }
}

extension IMAPSession {
    func nameTree() async throws -> NameTree {
        let id = owner.id
        let (mailboxes, subscriptions) = try await services.store.read { (try $0.mailboxes(of: id), try $0.subscriptions(of: id)) }
        return NameTree(mailboxes: mailboxes, subscriptions: subscriptions)
    }
}
