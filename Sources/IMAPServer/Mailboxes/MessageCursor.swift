/// Message numbers that are still to be visited, ascending: a long command's place between its steps.
struct MessageCursor: Sendable {
    private(set) var rest: ArraySlice<ClosedRange<Int>>

    init(_ choice: MessageChoice) { rest = choice.numbers[...] }

    /// How many are left, as far as that is of interest.
    func count(atMost limit: Int) -> Int {
        var count = 0
        for range in rest where count < limit { count += range.count }
        return min(count, limit)
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Visits at most so many messages, range by range. `visit` answers the number at which it stopped, that one included, or
    /// `nil` when it came to the range's end.
    mutating func advance(atMost limit: Int, _ visit: (ClosedRange<Int>) throws -> Int?) rethrows {
        var room = limit
        while room > 0, let range = rest.first {
            let part = range.lowerBound...min(range.upperBound, range.lowerBound + room - 1)
            let stop = try visit(part)
            let last = stop ?? part.upperBound
            rest.removeFirst()
            if last < range.upperBound { rest = [last + 1...range.upperBound] + rest }
            guard stop == nil else { return }
            room -= part.count
        }
    }
}
