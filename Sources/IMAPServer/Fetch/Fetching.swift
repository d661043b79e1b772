import Connections
import IMAPWire
import MailStore

extension IMAPSession {
    /// Tells what was asked for of every message, in steps, so that a giant holds nobody up.
    mutating func fetch(_ choice: MessageChoice, _ plan: FetchPlan) async throws -> Completion {
        guard let view else { preconditionFailure("FETCH needs a selected mailbox") }
        var context = RowContext(plan, view)
        var cursor = MessageCursor(choice)
        var found = 0
        var failure: (any Error)?
        while !cursor.isAtEnd {
            let step = FetchStep(context: context, cursor: cursor)
            let outcome = try await services.store.read { try step.run(in: $0) }
            let seen = outcome.seen + (outcome.giant.map { $0.facts.becomesSeen ? [$0.facts] : [] } ?? [])
            guard await mark(seen) else {
                // Reading goes on where nothing can be written: told again, as it stays.
                context.plan.marksSeen = false
                continue
            }
            connection.write(outcome.output)
            try await relieve()
            found += outcome.found
            failure = outcome.failure ?? failure
            if let giant = outcome.giant, try await !tell(giant) { failure = StoreError.damaged("a message cannot be read") }
            cursor = outcome.cursor
        }
        if let failure { throw failure }
        // RFC 2180 §4.1.3
        guard found == choice.count || plan.isByUID else { throw IMAPRefusal.someAreGone }
        return .ok("That is all")
    }

    /// Makes messages \Seen as they are told to be. What the client hears of them by the answer is no news.
    private mutating func mark(_ rows: [RowFacts]) async -> Bool {
        guard !rows.isEmpty, let view else { return true }
        do {
            let results = try await services.store.setFlags(UIDSet(rows.map(\.uid)), in: view.id, .add(.seen))
            let told = Dictionary(rows.map { ($0.uid, $0.flags) }, uniquingKeysWith: { first, _ in first })
            for result in results where told[result.uid] == result.flags { toldFlags[result.uid] = result.modSeq }
            return true
        } catch {
            if error.isTheWorlds { journalFailure(error) }
            return false
        }
    }
}
