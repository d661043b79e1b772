import IMAPWire
import MailCore

/// `FETCH set items`, `UID FETCH …` — RFC 3501 §6.4.5
struct Fetch: IMAPCommand {
    static let rule = CommandRule("FETCH", in: .selected, uid: .either, news: .keepingNumbers)

    var set: SequenceSet
    var items: [FetchItem]
    var byUID: Bool

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        self.byUID = byUID
        try line.space()
        set = try SequenceSet(parsing: &line)
        try line.space()
        items = try line.fetchItems()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        let view = session.selected
        let plan = FetchPlan(items, byUID: byUID, isReadOnly: view.isReadOnly)
        return try await session.fetch(try view.choose(set, byUID: byUID), plan)
    }
}
