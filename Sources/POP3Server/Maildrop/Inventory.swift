import MailCore
import MailStore

/// From numbers to messages.
extension POP3Session {
    /// The maildrop that a command of TRANSACTION works on.
    var opened: Maildrop {
        guard let maildrop else { preconditionFailure("this command needs somebody who is logged in") }
        return maildrop
    }

    /// STAT's numbers in words, for answers that come with them.
    var summary: String { "\(opened.messages) messages (\(opened.octets) octets)" }

    /// The list of the maildrop, which is made when it is first asked for.
    mutating func listing() async throws(POP3Refusal) -> Listing {
        if let listing = opened.listing { return listing }
        let maildrop = opened
        var listing = Listing()
        listing.reserve(maildrop.messages)
        var rest = maildrop.uids
        while let range = rest {
            let step = try await read { try InventoryStep(in: maildrop.id, range, from: $0) }
            listing.append(step.listing)
            rest = step.rest
        }
        // What was removed before its step came is in the history; what was removed behind it is in the list already.
        let gone = try await read { try $0.expunged(in: maildrop.id, since: maildrop.modSeq, below: maildrop.uidNext) }
        self.maildrop?.fill(listing, gone: gone)
        return opened.listing ?? listing
    }

    /// The index of the message with this number, if it is there and not marked as deleted. RFC 1939 §5
    mutating func index(of number: Int) async throws(POP3Refusal) -> Int {
        let listing = try await listing()
        guard (1...max(1, listing.count)).contains(number), !listing.uids.isEmpty else { throw .noSuchMessage }
        guard !opened.isMarked(number - 1) else { throw .deletedMessage }
        return number - 1
    }
}

/// A bounded step through the messages of a maildrop.
private struct InventoryStep: Sendable {
    var listing = Listing()
    /// What the next step has to look at; `nil` when this was the last.
    var rest: ClosedRange<UID>?

    /// Rows; one costs a microsecond.
    private static let limit = 5000

    init(in mailbox: MailboxID, _ range: ClosedRange<UID>, from snapshot: StoreSnapshot) throws {
        var listing = Listing()
        var rest: ClosedRange<UID>?
        try snapshot.forEachEntry(in: mailbox, uids: range, summary: false) { entry in
            guard listing.count < Self.limit else {
                rest = entry.uid...range.upperBound
                return false
            }
            listing.append(entry.uid, size: entry.message.size, id: entry.message.id)
            return true
        }
        self.listing = listing
        self.rest = rest
    }
}
