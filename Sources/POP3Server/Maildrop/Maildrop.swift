import MailStore

/// INBOX as it was at log-in, for one session alone. Messages that come later are for the next session; numbers stay, whatever
/// others do. RFC 1939 §5
///
/// At log-in nothing is read but counters. The list of messages is made when a command first asks for a number of one.
struct Maildrop: Sendable {
    private let counters: MailboxCounters
    private let lock: MaildropLock
    private(set) var listing: Listing?
    private var marks = Marks(messages: 0)
    private var markedOctets = 0
    /// Retrieved, and not marked \Seen yet.
    var seen: [UID] = []

    init(_ counters: MailboxCounters, lock: MaildropLock) {
        self.counters = counters
        self.lock = lock
    }

    var id: MailboxID { counters.id }

    /// What STAT tells: without what is marked as deleted. RFC 1939 §5
    var messages: Int { counters.messages - marks.count }
    var octets: Int { counters.bytes - markedOctets }

    /// Which UIDs were there at log-in.
    var uids: ClosedRange<UID>? { counters.uidNext > 1 ? 1...counters.uidNext - 1 : nil }
    var uidNext: UID { counters.uidNext }
    /// Everything up to here had happened at log-in.
    var modSeq: ModSeq { counters.highestModSeq }

    mutating func fill(_ listing: Listing, gone: [UID]) {
        var listing = listing
        listing.insert(gone: gone, octets: counters.bytes)
        marks = Marks(messages: listing.count)
        self.listing = listing
    }

    func isMarked(_ index: Int) -> Bool { marks.contains(index) }

    /// Marks a message that is in the list.
    mutating func mark(_ index: Int) {
        guard let listing, !marks.contains(index) else { return }
        marks.insert(index)
        markedOctets += listing.size(at: index)
    }

    mutating func unmarkAll() {
        marks = Marks(messages: listing?.count ?? 0)
        markedOctets = 0
    }

    /// What goes at QUIT.
    var marked: UIDSet {
        guard let listing, marks.count > 0 else { return UIDSet() }
        return UIDSet(listing.uids.indices.lazy.filter(marks.contains).map { listing.uids[$0] })
    }

    /// Lets the next session in.
    func unlock() { lock.release() }
}
