internal import Synchronization

/// The settings that hold now. Take `current` once for a transaction or a command, and keep that snapshot to its end.
public final class LiveSettings: Sendable {
    private struct State {
        var current: Settings
        var listeners: [@Sendable (Settings) -> Void] = []
    }

    private let state: Mutex<State>

    public init(_ initial: Settings) { state = Mutex(State(current: initial)) }

    public var current: Settings { state.withLock { $0.current } }

    /// New settings hold from now on; then the listeners are told, on the caller's thread.
    public func replace(with settings: Settings) {
        let listeners = state.withLock {
            $0.current = settings
            return $0.listeners
        }
        for listener in listeners { listener(settings) }
    }

    /// `body` is called after every replacement, as long as this object lives.
    public func onChange(_ body: @escaping @Sendable (Settings) -> Void) {
        state.withLock { $0.listeners.append(body) }
    }
}
