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
                        path: before.folder(standard: standard), store: before.store, generation: before.generation,
                        moved: Int64(time(nil)))
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

/// What a move or an adoption has left behind.
public enum OldCopy {
    /// Removes it for ever. Mail of its own, which is nowhere else, goes only when that is meant.
    public static func discard(_ services: HouseServices, evenOtherMail: Bool = false) async throws {
        guard var home = try services.state.mailHome(), let old = home.old else {
            throw TaskFailure("There is no old copy of the mail.")
        }
        guard evenOtherMail || !home.oldIsOtherMail else {
            throw TaskFailure(
                "In \(old.path) is the mail that was used before, and nothing of it is in the mail used now; say --other-mail to remove it "
                    + "for ever.")
        }
        if access(old.path, F_OK) == 0 {
            try await services.store.discardOldCopy(StoreIdentity(store: old.store, generation: old.generation), in: old.path)
        }
        home.old = nil
        try services.state.setMailHome(home)
    }
}
