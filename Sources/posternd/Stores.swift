internal import AdminServer
internal import Logging
internal import MailCore
internal import MailStore
internal import ServiceLifecycle
internal import StateStore

/// Closes the databases when nobody can need them any more: it stands first in the group and so ends last.
struct Stores: Service {
    let state: StateStore
    let mail: MailStore

    /// Says when nothing can be taken from the start on, and why.
    func tellTrouble(_ logger: Logger) {
        guard let trouble = StoreTrouble.sentence(mail, state) else { return }
        logger.critical("No mail is accepted: \(trouble)", metadata: ["event": "\(JournalEvent.storeUnavailable.rawValue)"])
    }

    func run() async throws {
        try? await gracefulShutdown()
        await mail.close()
        state.close()
    }
}
