import MailTesting
import Synchronization
import Testing

@testable import Delivery

/// The queue is looked through, as after a restart.
@Suite struct ScanTests {
    /// More destinations than one read of the store looks at: when the first of them is tried, all have their place among the turns. What
    /// comes in meanwhile is before all of them or behind, and never in their midst.
    @Test func whatIsDueGetsItsTurnsTogether() async throws {
        let house = try await House(["queue.max-connections": "1"], listens: false)
        let destinations = 5000
        try await house.enqueue(to: (0..<destinations).map { "u@d\($0).dead.test" })
        let hops = Hops()
        house.dns.swallow { [dispatcher = house.dispatcher] _ in
            hops.note(dispatcher.hops)
            return true
        }
        await house.dispatcher.scan()
        #expect(await house.eventually { hops.atFirst != nil })
        #expect(hops.atFirst == destinations)
        await house.close()
    }

    /// How many next hops there were at the first try.
    private final class Hops: Sendable {
        private let first = Mutex<Int?>(nil)
        var atFirst: Int? { first.withLock { $0 } }
        func note(_ count: Int) { first.withLock { $0 = $0 ?? count } }
    }
}
