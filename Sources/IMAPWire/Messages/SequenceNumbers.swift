/// Which UID stands at which sequence number: what one session believes a mailbox to hold. RFC 3501 §2.3.1
///
/// Kept as runs of consecutive UIDs (8 octets each), so that an idle session of a large mailbox costs next to nothing.
public struct SequenceNumbers: Hashable, Sendable {
    private struct Run: Hashable {
        /// The first UID of the run.
        var uid: UInt32
        /// How many messages stand before it.
        var before: UInt32
    }

    private var runs: [Run] = []
    /// How many messages there are; the highest sequence number.
    public private(set) var count = 0

    public init() {}

    /// UIDs in ascending order.
    public init(ascending uids: some Sequence<UInt32>) {
        for uid in uids { append(uid) }
    }

    public var isEmpty: Bool { count == 0 }
    /// The UID of the last message; 0 when there is none.
    public var lastUID: UInt32 { isEmpty ? 0 : uid(at: count) }

    /// Adds a message at the end; one that is not above the last is ignored.
    public mutating func append(_ uid: UInt32) {
        if uid > lastUID { extend(from: uid, by: 1) }
    }

    /// The UID at a number of 1…count.
    public func uid(at number: Int) -> UInt32 {
        precondition((1...max(count, 1)).contains(number) && count > 0, "a sequence number beyond what the session was told")
        let run = runs[index(ofRunBefore: number)]
        return run.uid + (UInt32(number - 1) - run.before)
    }

    /// The number of a message, or `nil` when the session does not know it.
    public func number(of uid: UInt32) -> Int? {
        let numbers = numbers(in: uid...uid)
        return numbers?.lowerBound
    }

    /// The numbers of the messages whose UIDs are in the range, or `nil` when there are none.
    public func numbers(in uids: ClosedRange<UInt32>) -> ClosedRange<Int>? {
        let first = countBelow(uids.lowerBound) + 1
        let last = uids.upperBound == .max ? count : countBelow(uids.upperBound + 1)
        return first <= last ? first...last : nil
    }

    /// The UIDs from the first message's to the last message's of a range of numbers, which must lie in 1…count.
    public func uids(of numbers: ClosedRange<Int>) -> ClosedRange<UInt32> {
        uid(at: numbers.lowerBound)...uid(at: numbers.upperBound)
    }

    /// Takes messages away; answers the numbers they had before, ascending. Report them from the last to the first, and each is
    /// right at its time. UIDs that are not known are passed over.
    public mutating func remove(_ uids: some Sequence<UInt32>) -> [Int] {
        let gone = uids.compactMap { uid in number(of: uid) }.sorted()
        guard !gone.isEmpty else { return [] }
        let old = self
        self = SequenceNumbers()
        var numbers: [Int] = []
        numbers.reserveCapacity(gone.count)
        var kept = 1
        for number in gone where number != numbers.last {
            numbers.append(number)
            copy(kept..<number, of: old)
            kept = number + 1
        }
        copy(kept..<old.count + 1, of: old)
        return numbers
    }

    private mutating func copy(_ numbers: Range<Int>, of old: SequenceNumbers) {
        guard !numbers.isEmpty else { return }
        var number = numbers.lowerBound
        var index = old.index(ofRunBefore: number)
        while number < numbers.upperBound {
            let end = index + 1 < old.runs.count ? Int(old.runs[index + 1].before) : old.count
            let stop = min(end + 1, numbers.upperBound)
            extend(from: old.runs[index].uid + (UInt32(number - 1) - old.runs[index].before), by: stop - number)
            number = stop
            index += 1
        }
    }

    /// Adds consecutive UIDs at the end.
    private mutating func extend(from uid: UInt32, by length: Int) {
        if let last = runs.last, uid - last.uid == UInt32(count) - last.before {
            count += length
        } else {
            runs.append(Run(uid: uid, before: UInt32(count)))
            count += length
        }
    }

    private func index(ofRunBefore number: Int) -> Int {
        firstRun { Int($0.before) >= number } - 1
    }

    /// How many messages have a UID below this one.
    private func countBelow(_ uid: UInt32) -> Int {
        let index = firstRun { $0.uid >= uid } - 1
        guard index >= 0 else { return 0 }
        let end = index + 1 < runs.count ? Int(runs[index + 1].before) : count
        return min(Int(runs[index].before) + Int(uid - runs[index].uid), end)
    }

    /// The index of the first run for which the claim holds; `runs.count` when it holds for none.
    private func firstRun(where claim: (Run) -> Bool) -> Int {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if claim(runs[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
