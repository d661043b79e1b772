import IMAPWire
import MailStore

/// A search of one view, ready to be run in steps.
struct Search: Sendable {
    let program: SearchProgram<SearchTest>
    let source: SearchKey.Source
    /// Neither dates nor sizes nor anything of the messages themselves.
    let needsFlagsOnly: Bool
    let mailbox: MailboxID
    let numbers: SequenceNumbers
    private let recent: [ClosedRange<UID>]
    /// The messages that may be found at all.
    let candidates: MessageChoice

    init(_ program: SearchProgram<SearchKey>, in view: MailboxView) {
        var texts = 0
        self.program = program.map { SearchTest($0, in: view, nextText: &texts) }
        source = program.source
        needsFlagsOnly = self.program.keys.allSatisfy(\.isAboutFlags)
        mailbox = view.id
        numbers = view.numbers
        recent = view.recent
        let everything = MessageChoice(numbers: numbers.isEmpty ? [] : [1...numbers.count])
        candidates =
            self.program.necessaryKeys.compactMap { if case .numbers(let ranges) = $0 { MessageChoice(numbers: ranges) } else { nil } }
            .min { $0.count < $1.count } ?? everything
    }

    func isRecent(_ uid: UID) -> Bool { recent.contains { $0.contains(uid) } }

    /// The texts that are looked for in messages, by their numbers.
    var texts: [SearchTest] {
        program.keys.filter {
            switch $0 {
            case .body, .text: true
            default: false
            }
        }
    }
}

extension IMAPSession {
    /// The numbers of the messages that meet the claims, ascending; in steps, so that a giant holds nobody up.
    mutating func find(_ search: Search) async throws -> [Int] {
        var cursor = MessageCursor(search.candidates)
        var found: [Int] = []
        var failure: (any Error)?
        while !cursor.isAtEnd {
            // A search says nothing before its end; only so does it hear that the server is going down.
            if Task.isCancelled { throw Farewell(nil) }
            let step = SearchStep(search: search, cursor: cursor)
            let outcome = try await services.store.read { try step.run(in: $0) }
            found += outcome.found
            failure = outcome.failure ?? failure
            if let giant = outcome.giant {
                do {
                    if try await test(giant, search) { found.append(giant.number) }
                } catch let error as StoreError {
                    failure = error
                }
            }
            cursor = outcome.cursor
        }
        if let failure { throw failure }
        return found
    }
}
