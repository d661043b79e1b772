import MailStore
import Testing

@testable import Delivery

@Suite struct LaneTests {
    private func hop(_ number: Int) -> NextHop { .host("h\(number).test", port: 25) }

    @Test func newestAndOldestByTurns() {
        var turns = Turns()
        for number in 0..<200 { turns.append(hop(number)) }
        var order: [NextHop] = []
        while let next = turns.next() { order.append(next) }
        #expect(order.prefix(4) == [hop(199), hop(0), hop(198), hop(1)])
        #expect(Set(order).count == 200)
        turns.append(hop(7))
        #expect(turns.next() == hop(7) && turns.next() == nil)
    }

    @Test func theWindowGrowsAndShrinks() {
        var lane = Lane()
        #expect(lane.window == 2)
        for _ in 0..<50 { lane.succeeded(most: 20) }
        #expect(lane.window == 20)
        lane.failed()
        #expect(lane.window == 10)
        for _ in 0..<9 { lane.failed() }
        #expect(lane.window == 1)
    }

    /// A worker for each thing to do, counting those that are on their way to one.
    @Test func howManyWorkers() {
        var lane = Lane()
        #expect(!lane.wantsWorker)
        lane.add(Destination(host: "h.test", port: 25))
        lane.add(Destination(host: "h.test", port: 25))
        #expect(lane.wantsWorker)
        lane.workers = 1
        lane.beginning = 1
        #expect(!lane.wantsWorker)
        lane.beginning = 0
        #expect(lane.wantsWorker)
        lane.workers = 2
        #expect(!lane.wantsWorker)
    }
}
