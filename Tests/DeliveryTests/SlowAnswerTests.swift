import MailCore
import MailStore
import MailTesting
import NIOCore
import Resolver
import Testing

@testable import Delivery

/// Who never answers holds nobody up who is answered at once.
@Suite(.serialized) struct SlowAnswerTests {
    /// More dead domains than there are workers and places beside them: the stub never answers about them at all.
    @Test func deadNameServersDoNotFillAllWorkers() async throws {
        let remote = try await RemoteServer()
        let house = try await House(["queue.max-connections": "20"])
        try await house.route("live.test", to: remote)
        house.dns.swallow { $0.hasSuffix("dead.test") }
        let dead = SlowAnswer.Source.nameServer.most + 100
        try await house.enqueue(to: (0..<dead).map { "u@d\($0).dead.test" })
        #expect(await house.eventually { house.dns.questions.count >= 20 })
        try await house.enqueue(to: ["bob@live.test"])
        #expect(await house.eventually { remote.received.count == 1 })
        // As many as may wait do so, the others hear that nobody answered.
        #expect(await house.eventually { try await house.queue.count { $0.contains("4.4.3") } == 100 })
        #expect(try await house.queue.count { $0.contains("queued 0") } == SlowAnswer.Source.nameServer.most)
        // Those that wait end with the server, and were not tried.
        await house.dispatcher.stop()
        #expect(try await house.queue.count { $0.contains("queued 0") } == SlowAnswer.Source.nameServer.most)
        await house.close()
        await remote.stop()
    }

    /// The answer comes late, and is still good.
    @Test func aSlowAnswerIsWaitedFor() async throws {
        let remote = try await RemoteServer()
        let house = try await House(["queue.max-connections": "1"])
        house.dns.setAddresses("slow.test", ["127.0.0.1"])
        try await house.route("remote.test", to: "slow.test", port: remote.peer.port)
        let gate = Gate()
        house.dns.hold { $0 == "slow.test" ? gate : nil }
        try await house.enqueue(to: ["bob@remote.test"])
        #expect(await house.eventually { house.dns.questions.contains("slow.test a") })
        // The only worker waits, and another one works.
        try await house.route("live.test", to: remote)
        try await house.enqueue(to: ["bob@live.test"])
        #expect(await house.eventually { remote.received.count == 1 })
        gate.open()
        #expect(await house.eventually { remote.received.count == 2 })
        await house.settled()
        #expect(try await house.queue == [])
        await house.close()
        await remote.stop()
    }

    /// Two at a time are wanted at most: whoever comes back waits for a place.
    @Test func thereAreNeverMoreConnectionsThanAllowed() async throws {
        let remote = try await RemoteServer()
        let house = try await House(["queue.max-connections": "2"])
        let gate = Gate()
        house.dns.hold { _ in gate }
        for number in 0..<8 {
            house.dns.setAddresses("mx\(number).test", ["127.0.0.1"])
            try await house.route("r\(number).test", to: "mx\(number).test", port: remote.peer.port)
        }
        try await house.enqueue(to: (0..<8).map { "bob@r\($0).test" })
        #expect(await house.eventually { (0..<8).allSatisfy { house.dns.questions.contains("mx\($0).test a") } })
        gate.open()
        #expect(await house.eventually { remote.received.count == 8 })
        await house.settled()
        #expect(remote.mostAtOnce <= 2)
        await house.close()
        await remote.stop()
    }
}
