import IMAPWire
import MailCore
import MailStore

/// `EXPUNGE`, `UID EXPUNGE set` — what is \Deleted goes for ever; the news tell which. RFC 3501 §6.4.3, RFC 4315 §2.1
struct Expunge: IMAPCommand {
    static let rule = CommandRule("EXPUNGE", in: .selected, uid: .either, looksForNews: true)

    var uids: SequenceSet?

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        if byUID {
            try line.space()
            uids = try SequenceSet(parsing: &line)
        }
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        let view = try session.writableView()
        let only = uids.map { view.uids(of: view.chosen($0, byUID: true)) }
        if only?.isEmpty != true { _ = try await session.services.store.expunge(view.id, only: only) }
        return .ok("They are gone")
    }
}

extension IMAPSession {
    /// The selected mailbox.
    var selected: MailboxView {
        guard let view else { preconditionFailure("this command needs a selected mailbox") }
        return view
    }

    /// The selected mailbox, if it was opened for changing it.
    func writableView() throws(IMAPRefusal) -> MailboxView {
        guard !selected.isReadOnly else { throw .readOnly }
        return selected
    }
}
