import Connections
import Synchronization

/// What the store rings when a selected mailbox has changed. The session looks when it next answers; one that idles is woken.
final class Alarm: Sendable {
    private let rung = Atomic(true)
    private let isIdling = Atomic(false)
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Any thread.
    func ring() {
        rung.store(true, ordering: .sequentiallyConsistent)
        if isIdling.load(ordering: .sequentiallyConsistent) { connection.wake() }
    }

    /// The news could not be had: ask again with the next command.
    func stayRung() { rung.store(true, ordering: .sequentiallyConsistent) }

    /// Whether it has rung since the last time; it is quiet afterwards.
    func takeRing() -> Bool { rung.exchange(false, ordering: .sequentiallyConsistent) }

    /// While a session waits for news only, it is woken by them.
    func setIdling(_ isIdling: Bool) {
        self.isIdling.store(isIdling, ordering: .sequentiallyConsistent)
        if isIdling, rung.load(ordering: .sequentiallyConsistent) { connection.wake() }
    }
}
