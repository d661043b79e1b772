import Connections
import Logging
import MailCore
import MailStore
import StateStore

/// The mail store as a session uses it: what goes wrong there is told to the journal here, and becomes a refusal.
extension POP3Session {
    func read<T: Sendable>(_ body: @escaping @Sendable (StoreSnapshot) throws -> T) async throws(POP3Refusal) -> T {
        do {
            return try await services.store.read(body)
        } catch {
            journalFailure(error)
            throw POP3Refusal(error)
        }
    }

    /// Marks messages that were retrieved, as a mail program would by IMAP. What fails costs a flag and is told to nobody but the
    /// journal.
    func markSeen(_ uids: [UID], in mailbox: MailboxID) async {
        guard !uids.isEmpty else { return }
        do {
            _ = try await services.store.setFlags(UIDSet(uids), in: mailbox, .add(.seen))
        } catch {
            if error != .noSuchMailbox { journalFailure(error) }
        }
    }

    func finishRemovals(from mailbox: MailboxID) async throws(POP3Refusal) {
        do throws(StoreError) {
            try await services.store.finishRemovals(from: mailbox)
        } catch {
            journalFailure(error)
            throw POP3Refusal(error)
        }
    }

    func journal(_ event: JournalEvent, _ level: Logger.Level = .info, _ text: String) {
        var metadata: Logger.Metadata = ["event": "\(event.rawValue)", "peer": "\(connection.peer)"]
        if let account { metadata["account"] = "\(account.address)" }
        services.logger.log(level: level, "\(text)", metadata: metadata)
    }

    /// The world did not do what a command needed. The peer hears no more than that it may try again.
    func journalFailure(_ error: any Error) {
        journal(.worldFailed, .error, "A POP3 command could not be done: \(error)")
    }
}
