import Connections
import Logging
import MailCore
import StateStore

/// What a session tells the journal.
extension IMAPSession {
    func journal(_ event: JournalEvent, _ level: Logger.Level = .info, _ text: String, _ more: Logger.Metadata = [:]) {
        var metadata: Logger.Metadata = ["event": "\(event.rawValue)", "peer": "\(connection.peer)"]
        if let account { metadata["account"] = "\(account.address)" }
        metadata.merge(more) { _, new in new }
        services.logger.log(level: level, "\(text)", metadata: metadata)
    }

    /// The world did not do what a command needed. The peer hears no more than that it may try again.
    func journalFailure(_ error: any Error) {
        journal(.worldFailed, .error, "An IMAP command could not be done: \(error)")
    }
}
