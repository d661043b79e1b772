import IMAPWire
import MailCore
import MailStore

/// `MOVE set mailbox`, `UID MOVE …` — the news tell that the messages have left. RFC 6851 §3
struct Move: IMAPCommand {
    static let rule = CommandRule("MOVE", in: .selected, uid: .either, looksForNews: true, capabilities: ["MOVE"])

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
        let view = try session.writableView()
        let choice = try view.choose(set, byUID: byUID)
        let name = try session.mailboxName(mailbox)
        guard let destination = try await session.mailbox(name) else { throw IMAPRefusal.tryCreate }
        guard !choice.isEmpty else { return .ok("There was nothing to move") }
        do {
            let result = try await session.services.store.move(view.uids(of: choice), from: view.id, to: destination.id)
            // RFC 6851 §4.3: where they are is told before that they are gone.
            if let code = ResponseCode.copyUID(result) {
                session.write { $0.writeStatus(nil, "OK", code, "They are moved") }
            }
            return .ok("They are moved")
        } catch {
            if error == .noSuchMailbox { throw IMAPRefusal.tryCreate }
            throw error
        }
    }
}
