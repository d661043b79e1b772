internal import MailStore
internal import ServiceLifecycle
internal import StateStore

/// Closes the databases when nobody can need them any more: it stands first in the group and so ends last.
struct Stores: Service {
    let state: StateStore
    let mail: MailStore

    func run() async throws {
        try? await gracefulShutdown()
        await mail.close()
        state.close()
    }
}
