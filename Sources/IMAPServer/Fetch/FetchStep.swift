import IMAPWire
import MailStore
import MessageFormat
import NIOCore

/// One step of a FETCH on a reader thread: as many rows as make a bounded answer, rendered straight into what will be sent.
struct FetchStep: Sendable {
    /// Rows a step; what the index knows of one costs some 3 µs.
    static let mostRows = 500
    /// The same where flags and UIDs are all that is wanted.
    static let mostFlags = 2000
    /// Octets of an answer after which a step ends, and of a message that are read at a time.
    static let piece = 256 << 10

    var context: RowContext
    var cursor: MessageCursor

    struct Outcome: Sendable {
        var output = ByteBuffer()
        var cursor: MessageCursor
        var found = 0
        /// Messages that are told as \Seen here and are to become so.
        var seen: [RowFacts] = []
        /// Why messages had to be left out, if any.
        var failure: (any Error)?
        /// The next message, when it is too large for one step.
        var giant: GiantRow?

        var isFull: Bool { giant != nil || output.readableBytes >= FetchStep.piece }
    }

    func run(in snapshot: StoreSnapshot) throws -> Outcome {
        var outcome = Outcome(cursor: cursor)
        var context = context
        var cursor = cursor
        let limit = context.plan.needsFlagsOnly ? Self.mostFlags : Self.mostRows
        outcome.output.reserveCapacity(min(Self.piece, cursor.count(atMost: limit) * context.plan.usualRow))
        try cursor.advance(atMost: limit) { numbers in
            try context.plan.needsFlagsOnly
                ? Self.renderFlags(numbers, in: &context, from: snapshot, into: &outcome)
                : Self.renderRows(numbers, in: &context, from: snapshot, into: &outcome)
        }
        outcome.cursor = cursor
        return outcome
    }

    /// What every client asks for first: it costs half when no message is looked up.
    private static func renderFlags(
        _ numbers: ClosedRange<Int>, in context: inout RowContext, from snapshot: StoreSnapshot, into outcome: inout Outcome
    ) throws -> Int? {
        try snapshot.forEachFlags(in: context.mailbox, uids: context.numbers.uids(of: numbers)) { message in
            guard let number = context.numbers.number(of: message.uid) else { return true }
            try context.learnKeywords(of: message.flags, from: snapshot)
            outcome.found += 1
            outcome.output.writeFlagsRow(message, number: number, in: context)
            return true
        }
        return nil
    }

    private static func renderRows(
        _ numbers: ClosedRange<Int>, in context: inout RowContext, from snapshot: StoreSnapshot, into outcome: inout Outcome
    ) throws -> Int? {
        var stop: Int?
        let uids = context.numbers.uids(of: numbers)
        try snapshot.forEachEntry(in: context.mailbox, uids: uids, summary: context.plan.needsSummary) { entry in
            guard let number = context.numbers.number(of: entry.uid) else { return true }
            try context.learnKeywords(of: entry.flags, from: snapshot)
            outcome.found += 1
            render(entry, number: number, in: context, from: snapshot, into: &outcome)
            stop = outcome.isFull ? number : nil
            return stop == nil
        }
        return stop
    }

    /// A message that cannot be read spoils nobody else's answer.
    private static func render(
        _ entry: borrowing MailboxEntry, number: Int, in context: RowContext, from snapshot: StoreSnapshot, into outcome: inout Outcome
    ) {
        let begin = outcome.output.writerIndex
        let facts = RowFacts(entry, number: number, marksSeen: context.plan.marksSeen)
        do {
            if context.plan.needsSummary {
                try snapshot.withSummary(of: entry) { try render(facts, $0, in: context, from: snapshot, into: &outcome) }
            } else {
                try render(facts, nil, in: context, from: snapshot, into: &outcome)
            }
        } catch {
            outcome.output.moveWriterIndex(to: begin)
            outcome.failure = error
        }
    }

    private static func render(
        _ facts: RowFacts, _ summary: SummaryParts?, in context: RowContext, from snapshot: StoreSnapshot, into outcome: inout Outcome
    ) throws {
        if context.plan.octets(of: facts.message.size, headerLength: summary?.headerLength ?? 0) > piece {
            outcome.giant = GiantRow(facts, summary, in: context)
            return
        }
        if context.plan.needsStructure {
            try snapshot.withBytes(of: facts.message, 0..<facts.message.size) { octets in
                try outcome.output.writeRow(
                    facts, in: context, summary, MessageStructure.parse(octets), from: .memory(octets))
            }
        } else {
            try outcome.output.writeRow(facts, in: context, summary, nil, from: .store(snapshot, facts.message))
        }
        if facts.becomesSeen { outcome.seen.append(facts) }
    }
}
