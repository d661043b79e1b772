import IMAPWire
import MailStore
import MessageFormat
import NIOCore

/// One step of a FETCH on a reader thread: as many rows as make a bounded answer, rendered straight into what will be sent.
struct FetchStep: Sendable {
    /// Rows a step; what the index knows of one costs some 3 µs.
    static let mostRows = 500
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
        outcome.output.reserveCapacity(min(Self.piece, cursor.count(atMost: Self.mostRows) * context.plan.usualRow))
        var context = context
        var cursor = cursor
        try cursor.advance(atMost: Self.mostRows) { numbers in
            var stop: Int?
            let uids = context.numbers.uids(of: numbers)
            try snapshot.forEachEntry(in: context.mailbox, uids: uids, summary: context.plan.needsSummary) { entry in
                guard let number = context.numbers.number(of: entry.uid) else { return true }
                if entry.flags.exceed(context.keywords), let info = try snapshot.mailbox(context.mailbox) {
                    context.keywords = info.keywords
                }
                outcome.found += 1
                Self.render(entry, number: number, in: context, from: snapshot, into: &outcome)
                stop = outcome.isFull ? number : nil
                return stop == nil
            }
            return stop
        }
        outcome.cursor = cursor
        return outcome
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
