import Connections
import Synchronization

/// The time by which the server keeps deadlines: the real one, and what a transcript adds to it.
final class TestClock: Sendable {
    private let added = Mutex(Duration.zero)
    private let readings = Atomic(0)
    private let start = ContinuousClock.now

    func advance(by duration: Duration) { added.withLock { $0 += duration } }

    /// Swept so often that a deadline which has passed is noticed at once.
    var forConnections: ConnectionClock {
        ConnectionClock(sweepInterval: .milliseconds(5)) { [self] in
            readings.add(1, ordering: .relaxed)
            return start.duration(to: .now) + added.withLock { $0 }
        }
    }

    /// Waits until an event loop that has connections has gone round some times: it has read what was sent before, its sessions
    /// wait again, and it knows what time it is. A loop without connections reads no clock, and is not waited for long.
    func loopsGoRound() async {
        let enough = readings.load(ordering: .relaxed) + 4
        for _ in 0..<100 {
            try? await Task.sleep(for: .milliseconds(5))
            if readings.load(ordering: .relaxed) >= enough { return }
        }
    }
}
