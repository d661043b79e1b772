import IMAPWire
import MailCore
import MailStore

/// `COPY set mailbox`, `UID COPY …` — all or none. RFC 3501 §6.4.7
struct Copy: IMAPCommand {
    static let rule = CommandRule("COPY", in: .selected, uid: .either, looksForNews: true)

    var set: SequenceSet
    var mailbox: [UInt8]
    var byUID: Bool

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        self.byUID = byUID
        try line.space()
        set = try SequenceSet(parsing: &line)
        try line.space()
        mailbox = try line.astring()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        let view = session.selected
        let choice = try view.choose(set, byUID: byUID)
        let name = try session.mailboxName(mailbox)
        guard let destination = try await session.mailbox(name) else { throw IMAPRefusal.tryCreate }
        guard !choice.isEmpty else { return .ok("There was nothing to copy") }
        do {
            let result = try await session.services.store.copy(view.uids(of: choice), from: view.id, to: destination.id)
            return .ok("They are copied", code: .copyUID(result))
        } catch {
            if error == .noSuchMailbox { throw IMAPRefusal.tryCreate }
            throw error
        }
    }
}

extension ResponseCode {
    /// RFC 4315 §3; `nil` when nothing was there any more.
    static func copyUID(_ result: CopyResult) -> ResponseCode? {
        guard !result.pairs.isEmpty else { return nil }
        return .copyUID(
            validity: result.uidValidity, sources: result.pairs.map(\.source).runs, destinations: result.pairs.map(\.destination).runs)
    }
}
