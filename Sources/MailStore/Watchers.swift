import Synchronization

/// Who wants to hear of changes in which mailbox.
final class Watchers: Sendable {
    private struct State {
        var last: UInt64 = 0
        var callbacks: [MailboxID: [UInt64: @Sendable () -> Void]] = [:]
    }
    private let state = Mutex(State())

    func add(_ mailbox: MailboxID, _ changed: @escaping @Sendable () -> Void) -> Watch {
        let number = state.withLock { state in
            state.last += 1
            state.callbacks[mailbox, default: [:]][state.last] = changed
            return state.last
        }
        return Watch { [self] in
            state.withLock { state in
                state.callbacks[mailbox]?[number] = nil
                if state.callbacks[mailbox]?.isEmpty == true { state.callbacks[mailbox] = nil }
            }
        }
    }

    /// After a commit, on the writer's thread.
    func tell(_ mailboxes: Set<MailboxID>) {
        let callbacks = state.withLock { state in
            state.callbacks.isEmpty ? [] : mailboxes.flatMap { state.callbacks[$0].map { Array($0.values) } ?? [] }
        }
        for callback in callbacks { callback() }
    }
}

/// Somebody's interest in a mailbox; it ends when this is released.
public final class Watch: Sendable {
    private let end: @Sendable () -> Void
    init(end: @escaping @Sendable () -> Void) { self.end = end }
    deinit { end() }
}
