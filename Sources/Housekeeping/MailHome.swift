import Glibc
public import MailStore
public import StateStore

extension StoreMemory {
    /// The mail's home as the state store keeps it. `standard` is the folder where mail is when nobody has moved it; it is not
    /// written down, so that a state folder can be moved as a whole.
    public static func kept(in state: StateStore, standard: String) -> StoreMemory {
        StoreMemory(
            remembered: { try state.mailHome().map { StoreIdentity(store: $0.store, generation: $0.generation) } },
            remember: { identity, folder in
                var home = MailHome(path: folder == standard ? "" : folder, store: identity.store, generation: identity.generation)
                if let before = try state.mailHome() {
                    home.old = MailHome.OldCopy(
                        path: before.folder(standard: standard), generation: before.generation, moved: Int64(time(nil)))
                }
                do {
                    try state.setMailHome(home)
                } catch {
                    // A commit that failed may be durable for all that: what can be read back counts.
                    guard let now = try? state.mailHome(), now.generation == home.generation, now.path == home.path else { throw error }
                }
            },
            takeGeneration: { try state.takeGeneration(atLeast: $0) })
    }
}

extension MailHome {
    /// The folder that holds the mail.
    public func folder(standard: String) -> String { path.isEmpty ? standard : path }
}

/// What a move has left behind.
public enum OldCopy {
    /// Removes it for ever.
    public static func discard(_ services: HouseServices) async throws {
        guard var home = try services.state.mailHome(), let old = home.old else {
            throw TaskFailure("There is no old copy of the mail.")
        }
        if access(old.path, F_OK) == 0 { try await services.store.discardOldCopy(in: old.path) }
        home.old = nil
        try services.state.setMailHome(home)
    }
}
