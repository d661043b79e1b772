/// A set of UIDs, kept as sorted ranges that neither touch nor overlap; its cost grows with the ranges, not with the members.
public struct UIDSet: Hashable, Sendable {
    public private(set) var ranges: [ClosedRange<UID>]

    public init() { ranges = [] }

    public init(_ ranges: [ClosedRange<UID>]) {
        self.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) { appendMerging(range) }
    }

    public init(_ uids: some Sequence<UID>) {
        ranges = []
        var isAscending = true
        var last: UID = 0
        let uids = Array(uids)
        for uid in uids {
            if uid < last { isAscending = false }
            last = uid
        }
        for uid in isAscending ? uids : uids.sorted() { appendMerging(uid...uid) }
    }

    public var isEmpty: Bool { ranges.isEmpty }
    public var count: Int { ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 } }

    public func contains(_ uid: UID) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < uid { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= uid
    }

    public mutating func insert(_ uid: UID) {
        if let last = ranges.last, uid < last.lowerBound {
            self = UIDSet(ranges + [uid...uid])
        } else {
            appendMerging(uid...uid)
        }
    }

    /// The members above `uid`.
    func after(_ uid: UID) -> UIDSet {
        UIDSet(ranges.compactMap { $0.upperBound > uid ? max($0.lowerBound, uid + 1)...$0.upperBound : nil })
    }

    /// Takes a range that begins at or behind the last one's beginning.
    private mutating func appendMerging(_ range: ClosedRange<UID>) {
        guard let last = ranges.last else {
            ranges.append(range)
            return
        }
        if last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
            ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        } else {
            ranges.append(range)
        }
    }
}
