import MailCore
import Testing

@testable import Delivery
@testable import MailStore

/// Who works for which next hop, without a socket or a clock.
@Suite struct LanesTests {
    private func hop(_ number: Int) -> NextHop { .host("h\(number).test", port: 25) }
    private func destination(_ number: Int) -> Destination { Destination(host: "h\(number).test", port: 25) }

    @Test func aWorkerForEachThingToDo() {
        var lanes = Lanes()
        lanes.add(destination(1), on: hop(1))
        lanes.add(destination(1), on: hop(1))
        let first = lanes.work(most: 10)
        #expect(first.beginning == [hop(1)])
        let again = lanes.work(most: 10)
        #expect(again.beginning == [])
        guard case .look(destination(1)) = lanes.next(hop(1)), case .nothing = lanes.next(hop(1)) else {
            Issue.record("one destination is looked at once")
            return
        }
        lanes.began(hop(1))
        lanes.ended(hop(1))
        #expect(lanes.isOver && lanes.isIdle)
    }

    /// Whoever hears that nobody takes anything speaks for all that is held, and for nothing that comes later.
    @Test func allThatIsHeldIsTakenTogether() {
        var lanes = Lanes()
        lanes.fill(hop(1), with: (1...3).map(message), from: destination(1), isMore: true)
        #expect(lanes.held == 3)
        #expect(lanes.takeHeld(hop(1)).map(\.id.number) == [1, 2, 3] && lanes.held == 0)
        #expect(lanes.takeHeld(hop(1)) == [] && lanes.takeHeld(hop(2)) == [])
        guard case .look(destination(1)) = lanes.next(hop(1)) else {
            Issue.record("there may be more of it")
            return
        }
        lanes.fill(hop(1), with: [message(4)], from: destination(1), isMore: false)
        lanes.beginStop()
        #expect(lanes.takeHeld(hop(1)) == [] && lanes.clear().map(\.id.number) == [4])
    }

    @Test func whoRestsIsWokenLastFirst() {
        var lanes = Lanes()
        let workers = resting(2, on: hop(1), &lanes)
        #expect(lanes.isIdle && !lanes.isOver && lanes.resting == 2)
        lanes.add(destination(1), on: hop(1))
        let work = lanes.work(most: 10)
        #expect(work.beginning == [] && work.woken.count == 1 && work.woken[0] === workers[1])
        #expect(!lanes.isIdle)
        // The other one's time is over; the woken one was too late to say so.
        let isOver = lanes.endRest(workers[0], on: hop(1))
        #expect(isOver)
        let isOverToo = lanes.endRest(workers[1], on: hop(1))
        #expect(!isOverToo)
    }

    /// However many wait for answers that do not come, who is known to answer gets a worker.
    @Test func theSilentLeaveRoom() {
        var lanes = Lanes()
        lanes.add(destination(0), on: hop(0))
        let first = lanes.work(most: 10)
        #expect(first.beginning == [hop(0)])
        _ = lanes.next(hop(0))
        lanes.began(hop(0))
        lanes.succeeded(hop(0), most: 20)
        lanes.ended(hop(0))
        for number in 1..<100 { lanes.add(destination(number), on: hop(number)) }
        let silent = lanes.work(most: 10)
        #expect(silent.beginning.count == 8)
        lanes.add(destination(0), on: hop(0))
        let known = lanes.work(most: 10)
        #expect(known.beginning == [hop(0)])
        // Out of reach, it is like the others.
        lanes.failed(hop(0))
        _ = lanes.next(hop(0))
        lanes.began(hop(0))
        lanes.ended(hop(0))
        lanes.add(destination(0), on: hop(0))
        let lost = lanes.work(most: 10)
        #expect(lost.beginning == [] && lanes.workers == 8)
    }

    /// However many of those that answer have work, somebody who has not been tried gets a worker.
    @Test func theKnownLeaveRoom() {
        var lanes = Lanes()
        for number in 0..<20 {
            lanes.add(destination(number), on: hop(number))
            _ = lanes.work(most: 100)
            _ = lanes.next(hop(number))
            lanes.began(hop(number))
            lanes.succeeded(hop(number), most: 20)
            lanes.ended(hop(number))
        }
        for number in 0..<30 { lanes.add(destination(number), on: hop(number)) }
        let beginning = lanes.work(most: 10).beginning
        #expect(beginning.count == 10 && Set(beginning).subtracting((0..<20).map(hop)).count == 2)
    }

    @Test func restIsForQuietTimes() {
        var lanes = Lanes()
        let workers = resting(1, on: hop(1), &lanes)
        lanes.add(destination(2), on: hop(2))
        let work = lanes.work(most: 1)
        #expect(work.beginning == [] && work.woken.count == 1 && work.woken[0] === workers[0])
        let rests = lanes.rest(workers[0], on: hop(1))
        #expect(!rests, "another lane waits for its place")
        lanes.began(hop(1))
        lanes.ended(hop(1))
        #expect(lanes.isOver)
        let other = lanes.work(most: 1)
        #expect(other.beginning == [hop(2)])
        lanes.beginStop()
        let restsAtTheEnd = lanes.rest(workers[0], on: hop(2))
        #expect(!restsAtTheEnd, "there is an end")
    }

    private func message(_ number: Int64) -> QueuedMessage {
        QueuedMessage(
            stored: StoredMessage(id: MessageID(number), size: 1, pack: 1, offset: 0, checksum: 0), sender: .nobody, isUTF8: false,
            is8Bit: false, returns: .unsaid, envelopeID: "", submitter: nil, arrival: QueueTime(milliseconds: 0), recipients: [])
    }

    /// A worker that has come to rest.
    private func resting(_ count: Int, on hop: NextHop, _ lanes: inout Lanes) -> [RestingWorker] {
        for _ in 0..<count {
            lanes.add(destination(1), on: hop)
            let work = lanes.work(most: 10)
            #expect(work.beginning == [hop])
            _ = lanes.next(hop)
            lanes.began(hop)
            lanes.succeeded(hop, most: 20)
        }
        return (0..<count).map { _ in
            let worker = RestingWorker {}
            let rests = lanes.rest(worker, on: hop)
            #expect(rests)
            return worker
        }
    }
}
