import IMAPWire
import MailStore
import MessageFormat

/// One step of a SEARCH on a reader thread.
struct SearchStep: Sendable {
    /// Rows a step when flags and numbers decide.
    static let mostRows = 2000
    /// Octets of messages that a step reads, and of one message that are tested at a time.
    static let mostOctets = 1 << 20

    let search: Search
    var cursor: MessageCursor

    struct Outcome: Sendable {
        var cursor: MessageCursor
        /// Message numbers.
        var found: [Int] = []
        /// The next message, when it is too large for one step.
        var giant: GiantSearchRow?
        /// Why messages had to be left out, if any.
        var failure: (any Error)?
        var octets = 0
        var isFull: Bool { giant != nil || octets >= SearchStep.mostOctets }
    }

    func run(in snapshot: StoreSnapshot) throws -> Outcome {
        var outcome = Outcome(cursor: cursor)
        var cursor = cursor
        if search.needsFlagsOnly {
            try cursor.advance(atMost: Self.mostRows) { try testFlags($0, snapshot, &outcome) }
        } else {
            try cursor.advance(atMost: FetchStep.mostRows) { try testRows($0, snapshot, &outcome) }
        }
        outcome.cursor = cursor
        return outcome
    }

    private func testFlags(_ numbers: ClosedRange<Int>, _ snapshot: StoreSnapshot, _ outcome: inout Outcome) throws -> Int? {
        try snapshot.forEachFlags(in: search.mailbox, uids: search.numbers.uids(of: numbers)) { message in
            guard let number = search.numbers.number(of: message.uid) else { return true }
            let row = SearchRow(number: number, flags: message.flags, isRecent: search.isRecent(message.uid))
            if search.program.evaluate(row.value) == true { outcome.found.append(number) }
            return true
        }
        return nil
    }

    private func testRows(_ numbers: ClosedRange<Int>, _ snapshot: StoreSnapshot, _ outcome: inout Outcome) throws -> Int? {
        var stop: Int?
        let needsSummary = search.source > .row
        try snapshot.forEachEntry(in: search.mailbox, uids: search.numbers.uids(of: numbers), summary: needsSummary) { entry in
            guard let number = search.numbers.number(of: entry.uid) else { return true }
            do {
                if try test(entry, number, snapshot, &outcome) { outcome.found.append(number) }
            } catch {
                // A message that cannot be read spoils nobody else's answer.
                outcome.failure = error
            }
            stop = outcome.isFull ? number : nil
            return stop == nil
        }
        return stop
    }

    /// With as little of the message as decides it. A giant is left undecided.
    private func test(_ entry: borrowing MailboxEntry, _ number: Int, _ snapshot: StoreSnapshot, _ outcome: inout Outcome) throws -> Bool {
        var row = SearchRow(number: number, flags: entry.flags, isRecent: search.isRecent(entry.uid))
        row.internalDate = entry.internalDate
        row.size = entry.message.size
        row.summary = entry.summary
        if let decided = search.program.evaluate(row.value) { return decided }
        let message = entry.message
        let headerLength = try snapshot.withSummary(of: entry) { min(max(0, $0.headerLength), message.size) }
        if search.source == .message, message.size <= Self.mostOctets {
            outcome.octets += message.size
            return try snapshot.withBytes(of: message, 0..<message.size) { octets in
                row.header = UnsafeRawBufferPointer(rebasing: octets[..<headerLength])
                row.message = octets
                return search.program.evaluate(row.value) ?? false
            }
        }
        outcome.octets += headerLength
        let decided = try snapshot.withBytes(of: message, 0..<headerLength) { header in
            row.header = header
            return search.program.evaluate(row.value)
        }
        if decided == nil, search.source == .message {
            outcome.giant = GiantSearchRow(row, message: message, headerLength: headerLength)
        }
        return decided ?? false
    }
}
