import MailCore
import Synchronization

/// Which maildrops have a session. A maildrop has one at a time, so that numbers and deletions are one client's. RFC 1939 §4
///
/// In memory: what POP3 sessions agree upon among themselves. IMAP does not ask for it, and need not.
final class MaildropLocks: Sendable {
    private let taken = Mutex<Set<AccountID>>([])

    /// `nil` when another session has it.
    func take(_ account: AccountID) -> MaildropLock? {
        guard taken.withLock({ $0.insert(account).inserted }) else { return nil }
        return MaildropLock { [self] in _ = taken.withLock { $0.remove(account) } }
    }
}

/// A maildrop for one session alone; free again when this is released, however the session ends.
final class MaildropLock: Sendable {
    private let isHeld = Atomic(true)
    private let free: @Sendable () -> Void

    fileprivate init(free: @escaping @Sendable () -> Void) { self.free = free }

    func release() {
        if isHeld.exchange(false, ordering: .acquiringAndReleasing) { free() }
    }

    deinit { release() }
}
