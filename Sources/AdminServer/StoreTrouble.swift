internal import Host
public import MailStore
public import StateStore

/// Why no mail can be stored now, in the words that help most: a drive that is away shows in many ways, of which the store knows only
/// the last one, a folder that it may not make.
public enum StoreTrouble {
    /// `nil` when mail is stored.
    public static func sentence(_ store: MailStore, _ state: StateStore) -> String? {
        let health = store.health
        if case .damaged(let reason) = health.state {
            return "\(StoreError.damagedIndex(reason)) \(StoreError.remedyForIndex)"
        }
        guard let refusal = health.refusal else { return nil }
        guard case .unavailable = refusal else { return "\(refusal)" }
        if let place = Drives.missing(for: store.folder) {
            return "The drive that belongs at \(place) is not mounted. \"mount \(place)\" brings it back; then mail goes on by itself."
        }
        guard isRemembered(state), isGone(store.folder) else { return "\(refusal)" }
        return "There is no mail in \(store.folder) now; is its drive mounted? When it is back, mail goes on by itself."
    }

    private static func isRemembered(_ state: StateStore) -> Bool { (try? state.mailHome()) != nil }

    private static func isGone(_ folder: String) -> Bool {
        do { return try StoreIdentity.found(in: folder) == nil } catch { return false }
    }
}
