import Synchronization
import Testing

@testable import MailStore

/// Nobody gets a recipient twice, whatever was settled while he looked.
@Suite struct QueueLeasesTests {
    @Test func oneGetsIt() {
        let leases = QueueLeases()
        let first = leases.beginLook()
        let second = leases.beginLook()
        #expect(leases.end(first, taking: [1, 2]) == [1, 2])
        #expect(leases.end(second, taking: [2, 3]) == [3])
        #expect(leases.beginLook().leased == [1, 2, 3] && leases.has(2) && !leases.has(4))
        leases.giveBack([2])
        #expect(leases.take([1, 2]) == [2])
    }

    /// The look saw it open, others tried it and wrote down how that went, and only then the look ended.
    @Test func whatWasSettledDuringTheLookIsNotFree() {
        let leases = QueueLeases()
        let look = leases.beginLook()
        #expect(leases.take([1, 2]) == [1, 2])
        leases.settled([1])
        leases.giveBack([2])
        let later = leases.beginLook()
        #expect(leases.end(look, taking: [1, 2]) == [2])
        // Who began behind the settlement sees what it wrote.
        #expect(leases.end(later, taking: [1]) == [1])
    }

    @Test func whatNobodyAsksForIsForgotten() {
        let leases = QueueLeases()
        let look = leases.beginLook()
        for recipient in Int64(0)..<5000 {
            _ = leases.take([recipient])
            leases.settled([recipient])
        }
        #expect(leases.end(look, taking: [0, 4999, 5000]) == [5000])
    }
}

/// Who hears of what has come, on the writer's thread.
@Suite struct QueueWatchersTests {
    /// What telling costs must not grow with how often it was done: it once took more stack each time, until there was none left.
    @Test func isToldAsOftenAsThereIsNews() {
        let watchers = QueueWatchers(QueueLeases())
        let heard = Atomic(0)
        watchers.set { _ in heard.add(1, ordering: .relaxed) }
        let news = QueueNews(destinations: [Destination(host: "postern.test", port: 25)])
        for _ in 0..<200_000 { watchers.tell(news) }
        watchers.tell(QueueNews())
        #expect(heard.load(ordering: .relaxed) == 200_000)
    }
}
