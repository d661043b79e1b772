import Connections
import IMAPWire
import MailStore
import NIOCore

/// Telling a client what has happened in its mailbox, whoever did it. RFC 3501 §5.2, §7.3, §7.4
extension IMAPSession {
    /// At the end of a command, as far as its rule allows.
    mutating func tellNews(_ rule: CommandRule, byUID: Bool) async throws(Farewell) {
        defer { toldFlags = [:] }
        guard rule.news != .none else { return }
        try await tellNews(mayExpunge: rule.news == .all || byUID, isAskedFor: rule.looksForNews, withUID: byUID)
    }

    /// `isAskedFor`: look at the store even when nobody rang.
    mutating func tellNews(mayExpunge: Bool, isAskedFor: Bool, withUID: Bool = false) async throws(Farewell) {
        guard let alarm = view?.alarm else { return }
        // What this command changed itself is passed over now, or it would be news to the next one.
        let mustLook = alarm.takeRing() || isAskedFor || !toldFlags.isEmpty
        guard mustLook || (mayExpunge && view?.hasExpunged == true) else { return }
        let changes = mustLook ? try await changes() : nil
        let known = toldFlags
        guard let news = view?.apply(changes, mayExpunge: mayExpunge, knows: { known[$0.uid] == $0.modSeq }) else { return }
        for number in news.expunged.reversed() {
            write { $0.writeNumbered(number, "EXPUNGE") }
            try await relieve()
        }
        if news.keywordsChanged, let view {
            write { $0.writeFlagsOfMailbox(keywords: view.keywords, isReadOnly: view.isReadOnly) }
        }
        if news.hasNewMessages { try await tellNewMessages(isAnybodysYet: (changes?.info.recent ?? 0) > 0) }
        for (number, message) in news.flags {
            tellFlags(of: message, number: number, withUID: withUID)
            try await relieve()
        }
    }

    /// RFC 3501 §7.4.2 FETCH, unasked for or as STORE's answer.
    func tellFlags(of message: FlagResult, number: Int, withUID: Bool) {
        guard let view else { return }
        write { output in
            output.writeStaticString("* ")
            output.writeDecimal(UInt64(number))
            output.writeStaticString(" FETCH (")
            if withUID {
                output.writeUID(message.uid)
                output.writeStaticString(" ")
            }
            output.writeStaticString("FLAGS ")
            output.writeFlags(message.flags, isRecent: view.isRecent(message.uid), keywords: view.keywords)
            output.writeStaticString(")\r\n")
        }
    }

    private mutating func tellNewMessages(isAnybodysYet: Bool) async throws(Farewell) {
        guard let view else { return }
        write { $0.writeNumbered(view.numbers.count, "EXISTS") }
        if isAnybodysYet, !view.isReadOnly {
            // Who waits for mail need not wait for this too.
            connection.flush()
            await claimRecent()
        }
        let recent = self.view?.recentCount ?? 0
        write { $0.writeNumbered(recent, "RECENT") }
    }

    /// New messages are recent for the first session that is told of them. RFC 3501 §2.3.2
    mutating func claimRecent() async {
        guard let id = view?.id else { return }
        // A claim that fails costs a flag that is gone in the next protocol version; the messages are told all the same.
        if let first = try? await services.store.claimRecent(id) { view?.claimed(from: first) }
    }

    /// `nil` when the store cannot tell now; then it is asked again with the next command.
    private func changes() async throws(Farewell) -> MailboxChanges? {
        guard let view else { return nil }
        let (id, begin) = (view.id, view.newsBegin)
        do {
            return try await services.store.read { try $0.changes(in: id, since: begin) }
        } catch StoreError.noSuchMailbox {
            // RFC 2180 §3: nothing in the protocol lets a mailbox vanish under its session.
            throw Farewell("The selected mailbox was deleted")
        } catch {
            journalFailure(error)
            view.alarm.stayRung()
            return nil
        }
    }
}
