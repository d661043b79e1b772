import MailCore
import MailStore
import POP3Wire

/// The messages of a maildrop by number, as they were at log-in: 16 octets each. The message with number `n` has index `n - 1`.
struct Listing: Sendable {
    private(set) var uids: [UID] = []
    /// Octets. No message has 4 GiB.
    private var sizes: [UInt32] = []
    /// Names in the store; 0, which the store gives to no message, for one that is gone.
    private var ids: [Int64] = []

    init() {}

    var count: Int { uids.count }

    func size(at index: Int) -> Int { Int(sizes[index]) }

    func uniqueID(at index: Int) -> UniqueID { ids[index] == 0 ? .gone(uids[index]) : .message(MessageID(ids[index])) }

    mutating func reserve(_ count: Int) {
        uids.reserveCapacity(count)
        sizes.reserveCapacity(count)
        ids.reserveCapacity(count)
    }

    /// Takes a message behind all others.
    mutating func append(_ uid: UID, size: Int, id: MessageID) {
        uids.append(uid)
        sizes.append(UInt32(clamping: size))
        ids.append(id.number)
    }

    mutating func append(_ other: Listing) {
        uids += other.uids
        sizes += other.sizes
        ids += other.ids
    }

    /// Puts messages back in their places that were removed since log-in, so that numbers stay and LIST agrees with STAT. Their sizes
    /// are known no more: together they are what is missing from `octets`, the total at log-in.
    mutating func insert(gone: [UID], octets: Int) {
        let missing = gone.filter { !contains($0) }
        guard !missing.isEmpty else { return }
        var rest = max(0, octets - sizes.reduce(0) { $0 + Int($1) })
        var merged = Listing()
        merged.reserve(count + missing.count)
        var next = 0
        for (place, uid) in missing.enumerated() {
            while next < count, uids[next] < uid {
                merged.append(uids[next], size: size(at: next), id: MessageID(ids[next]))
                next += 1
            }
            let share = rest / (missing.count - place)
            rest -= share
            merged.append(uid, size: share, id: MessageID(0))
        }
        while next < count {
            merged.append(uids[next], size: size(at: next), id: MessageID(ids[next]))
            next += 1
        }
        self = merged
    }

    private func contains(_ uid: UID) -> Bool {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if uids[middle] < uid { low = middle + 1 } else { high = middle }
        }
        return low < count && uids[low] == uid
    }
}
