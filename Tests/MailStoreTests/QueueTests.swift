import Foundation
import Logging
import MailCore
import MailStore
import NIOCore
import Synchronization
import Testing

/// The queue's rows, as the store keeps them.
@Suite struct QueueTests {
    @Test func oneCommitForThoseHereAndThoseElsewhere() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.enqueue("hello", to: ["bob@remote.test", "carol@remote.test", "dave@other.test"], here: [temporary.recipient()])
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        #expect(try await store.listing(inbox.id) == ["1 [] hello"])
        #expect(
            try await store.queue() == ["bob@remote.test queued 0", "carol@remote.test queued 0", "dave@other.test queued 0"])
        #expect(try await store.check().findings == [])
    }

    @Test func aMessageStaysAsLongAsSomebodyNeedsIt() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let id = try await store.enqueue("hello", to: ["bob@remote.test", "dave@other.test"], here: [temporary.recipient()])
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        _ = try await store.setFlags(UIDSet([1...1]), in: inbox.id, .add(.deleted))
        #expect(try await store.expunge(inbox.id) == [1])
        let bob = try #require(try await store.leaseDue(Destination("remote.test"), limit: 10).first)
        #expect(bob.recipients.map(\.address.description) == ["bob@remote.test"])
        #expect(try await store.text(of: bob.stored) == "hello")
        try await store.settle(id, [Settlement(recipient: bob.recipients[0].id, .delivered, .taken)])
        #expect(try await store.queue() == ["bob@remote.test delivered 1", "dave@other.test queued 0"])
        #expect(try await store.check().messages == 1)
        let dave = try #require(try await store.leaseDue(Destination("other.test"), limit: 10).first)
        try await store.settle(id, [Settlement(recipient: dave.recipients[0].id, .bounced, .refused)])
        #expect(try await store.queue() == [])
        let report = try await store.check()
        #expect(report.messages == 0 && report.findings == [])
    }

    @Test func aMailboxKeepsWhatTheQueueHasSent() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let id = try await store.enqueue("hello", to: ["bob@remote.test"], here: [temporary.recipient()])
        let bob = try #require(try await store.leaseDue(Destination("remote.test"), limit: 1).first)
        try await store.settle(id, [Settlement(recipient: bob.recipients[0].id, .delivered, .taken)])
        let report = try await store.check()
        #expect(report.messages == 1 && report.findings == [])
    }

    @Test func aLeaseIsForOneAndEndsWithTheProgram() async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.enqueue("hello", to: ["bob@remote.test"])
        let leased = try await temporary.store.leaseDue(Destination("remote.test"), limit: 10)
        #expect(leased.count == 1)
        #expect(temporary.store.isLeased(leased[0].recipients[0]))
        #expect(try await temporary.store.leaseDue(Destination("remote.test"), limit: 10).isEmpty)
        temporary.store.giveBack(leased[0])
        #expect(try await temporary.store.leaseDue(Destination("remote.test"), limit: 10).count == 1)
        let store = try await temporary.reopened()
        #expect(try await store.queue() == ["bob@remote.test queued 0"])
        #expect(try await store.leaseDue(Destination("remote.test"), limit: 10).count == 1)
        await store.close()
    }

    @Test func deferredIsDueLater() async throws {
        let watch = HandClock()
        let temporary = try TemporaryStore(configuration: watch.configuration)
        let store = temporary.store
        let id = try await store.enqueue("hello", to: ["bob@remote.test"])
        let bob = try #require(try await store.leaseDue(Destination("remote.test"), limit: 1).first)
        let later = store.queueClock.now + .seconds(60)
        try await store.settle(
            id, [Settlement(recipient: bob.recipients[0].id, .deferred(until: later, isDelayTold: true), .busy)])
        #expect(try await store.queue() == ["bob@remote.test deferred 1 4.4.1 no route"])
        #expect(try await store.leaseDue(Destination("remote.test"), limit: 1).isEmpty)
        watch.advance(by: .seconds(60))
        let again = try #require(try await store.leaseDue(Destination("remote.test"), limit: 1).first)
        #expect(again.recipients[0].isDelayTold && again.recipients[0].last == .busy)
    }

    /// What an operator does, to a recipient that waits and to one that is being tried.
    @Test(arguments: [
        Operation("hold", { try await $0.hold($1) }, waiting: "held 0", settledAsDeferred: "held 1", settledAsDelivered: nil),
        Operation("delete", { try await $0.deleteQueued($1) }, waiting: nil, settledAsDeferred: nil, settledAsDelivered: nil),
        Operation(
            "retry", { try await $0.retryNow($1) }, waiting: "queued 0", settledAsDeferred: "deferred 1", settledAsDelivered: nil),
        Operation(
            "reroute", { try await $0.reroute($1, to: Destination(host: "relay.test", port: 2525)) }, waiting: "queued 0",
            settledAsDeferred: "deferred 1", settledAsDelivered: nil),
    ])
    func operations(_ operation: Operation) async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let busy = Settlement.Result.deferred(until: store.queueClock.now + .seconds(60), isDelayTold: false)
        for (result, wanted) in [(nil, operation.waiting), (busy, operation.settledAsDeferred), (.delivered, operation.settledAsDelivered)]
        {
            let id = try await store.enqueue("hello", to: ["bob@remote.test"])
            let leased = result == nil ? [] : try await store.leaseDue(Destination("remote.test"), limit: 1)
            let all = try await store.read { try $0.queue(QueueFilter()).messages.flatMap { $0.recipients.map(\.id) } }
            #expect(try await operation.run(store, all) == 1)
            if let result, let recipient = leased.first?.recipients.first {
                try await store.settle(id, [Settlement(recipient: recipient.id, result, .taken)])
            }
            #expect(try await store.queue(words: false) == (wanted.map { ["bob@remote.test \($0)"] } ?? []))
            #expect(try await store.check().findings == [])
            let left = try await store.read { try $0.queue(QueueFilter()).messages.flatMap { $0.recipients.map(\.id) } }
            _ = try await store.deleteQueued(left)
        }
    }

    @Test func heldGoesOnWhenReleased() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.enqueue("hello", to: ["bob@remote.test"])
        let all = try await store.read { try $0.queue(QueueFilter()).messages.flatMap { $0.recipients.map(\.id) } }
        #expect(try await store.hold(all) == 1)
        #expect(try await store.leaseDue(Destination("remote.test"), limit: 1).isEmpty)
        #expect(try await store.release(all) == 1)
        #expect(try await store.leaseDue(Destination("remote.test"), limit: 1).count == 1)
    }

    @Test func reroutedWaitsForAnotherHost() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.enqueue("hello", to: ["bob@remote.test"])
        let all = try await store.read { try $0.queue(QueueFilter()).messages.flatMap { $0.recipients.map(\.id) } }
        let relay = Destination(host: "[2001:db8::1]", port: 2525)
        #expect(relay.host?.name == "[2001:db8::1]" && relay.host?.port == 2525 && relay.domain == nil)
        #expect(try await store.reroute(all, to: relay) == 1)
        #expect(try await store.destinations() == [">[2001:db8::1]:2525"])
        #expect(try await store.leaseDue(relay, limit: 1).count == 1)
        #expect(try await store.reroute(all, to: nil) == 1)
        #expect(try await store.destinations() == ["remote.test"])
    }

    @Test func theReportIsThereWithTheSettlementOrNotAtAll() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let id = try await store.enqueue("hello", to: ["bob@remote.test"])
        let bob = try #require(try await store.leaseDue(Destination("remote.test"), limit: 1).first)
        let report = store.newMessage()
        try await report.append(ByteBuffer(string: "it failed"))
        let queue = OutgoingEnvelope(sender: .nobody, recipients: [OutgoingRecipient(MailAddress("sender@far.test")!)])
        try await store.settle(
            id, [Settlement(recipient: bob.recipients[0].id, .bounced, .refused)],
            notice: MailStore.Notice(report, to: [temporary.recipient()], queue: queue))
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        #expect(try await store.listing(inbox.id) == ["1 [] it failed"])
        #expect(try await store.queue() == ["sender@far.test queued 0"])
        #expect(try await store.check().findings == [])
    }

    /// What comes in is handed to the watcher, by destination and leased; what becomes due again is named only.
    @Test func theWatcherHearsWhatIsDue() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let heard = Mutex<[QueueNews]>([])
        store.watchQueue { news in heard.withLock { $0.append(news) } }
        try await store.enqueue("hello", to: ["a@x.test", "b@y.test", "c@x.test"])
        // The next verb's batch begins after the watcher was told of the one before.
        try await store.keepQueueTime()
        try await store.keepQueueTime()
        let fresh = heard.withLock { $0.flatMap(\.fresh) }
        #expect(fresh.map { $0.recipients.map(\.address.description) } == [["a@x.test", "c@x.test"], ["b@y.test"]])
        #expect(heard.withLock { $0.flatMap(\.destinations) } == [])
        #expect(try await store.leaseDue(Destination("x.test"), limit: 9).isEmpty)
        // It is what the index knows, and it can be read where it lies.
        store.giveBack(fresh[0])
        #expect(try await store.leaseDue(Destination("x.test"), limit: 9) == [fresh[0]])
        #expect(try await store.read { try $0.bytes(of: fresh[0].stored, 0..<5) } == ByteBuffer(string: "hello"))
        #expect(store.octetsAtHand(fresh[0].stored, limit: 5).map { $0 == ByteBuffer(string: "hello") } ?? true)
        #expect(store.octetsAtHand(fresh[0].stored, limit: 4) == nil)
        #expect(try await store.retryNow(fresh[1].recipients.map(\.id)) == 1)
        try await store.keepQueueTime()
        #expect(heard.withLock { $0.flatMap(\.destinations) } == [Destination("y.test")])
    }

    @Test func aRebuiltQueueIsHeld() async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.enqueue("one", to: ["bob@remote.test"])
        try await temporary.store.enqueue("two", to: ["carol@remote.test", "dave@other.test"], here: [temporary.recipient()])
        await temporary.store.close()
        let report = try IndexRebuild.run(folder: temporary.folder, logger: TemporaryStore.quiet)
        #expect(report.fromCopy + report.fromPacks == 2 && report.held == 3 && report.findings == [])
        let store = try MailStore(
            folder: temporary.folder, configuration: StoreConfiguration(freeSpaceFloor: { ByteCount(0) }), logger: TemporaryStore.quiet)
        #expect(try await store.queue() == ["bob@remote.test held 0", "carol@remote.test held 0", "dave@other.test held 0"])
        #expect(try await store.leaseDue(Destination("remote.test"), limit: 9).isEmpty)
        #expect(try await store.check().findings == [])
        await store.close()
    }

    /// Pages and destinations of a queue that is too large to be read at once.
    @Test func manyDestinations() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        for message in 0..<50 {
            try await store.enqueue("m\(message)", to: (0..<100).map { "u@d\(message * 100 + $0).test" })
        }
        var count = 0
        var after: Destination?
        while true {
            let from = after
            let step = try await store.read { try $0.queueDestinations(after: from, limit: 500) }
            count += step.count
            guard let last = step.last else { break }
            after = last.destination
        }
        #expect(count == 5000)
        var rows = 0
        var next: Int64? = 0
        while let from = next {
            let page = try await store.read { try $0.queue(QueueFilter(), after: from, limit: 300) }
            rows += page.messages.reduce(0) { $0 + $1.recipients.count }
            next = page.next
        }
        #expect(rows == 5000)
        let found = try await store.read { try $0.queue(QueueFilter(domain: "d1234.test"), limit: 10) }
        let page = try await store.read { try $0.queue(QueueFilter(domain: "d4234.test"), after: found.next ?? 0, limit: 10) }
        #expect(found.messages.count == 1 && page.next != found.next)
        #expect(try await store.read { try $0.queueCounts() } == [.queued: 5000])
    }

    // MARK: the clock

    @Test(arguments: [
        (wall: Duration.seconds(10 * 365 * 86400), age: Duration.seconds(86400)), (.seconds(-10 * 365 * 86400), .zero),
        (.seconds(3600), .seconds(3600)), (.zero, .zero),
    ])
    func aClockThatWasSetWhileNobodyLooked(wall: Duration, age: Duration) async throws {
        let watch = HandClock()
        let temporary = try TemporaryStore(configuration: watch.configuration)
        let before = temporary.store.queueClock.now
        try await temporary.store.keepQueueTime()
        await temporary.store.close()
        watch.setWall(by: wall)
        let store = try MailStore(folder: temporary.folder, configuration: watch.configuration, logger: TemporaryStore.quiet)
        #expect(store.queueClock.now - before == age)
        await store.close()
    }

    @Test func aClockThatIsSetWhileTheProgramRuns() async throws {
        let watch = HandClock()
        let temporary = try TemporaryStore(configuration: watch.configuration)
        let before = temporary.store.queueClock.now
        watch.setWall(by: .seconds(1_000_000))
        #expect(temporary.store.queueClock.now == before)
        watch.advance(by: .seconds(5))
        #expect(temporary.store.queueClock.now - before == .seconds(5))
    }
}

struct Operation: Sendable, CustomTestStringConvertible {
    let name: String
    let run: @Sendable (MailStore, [Int64]) async throws -> Int
    let waiting: String?
    let settledAsDeferred: String?
    let settledAsDelivered: String?

    init(
        _ name: String, _ run: @escaping @Sendable (MailStore, [Int64]) async throws -> Int, waiting: String?, settledAsDeferred: String?,
        settledAsDelivered: String?
    ) {
        self.name = name
        self.run = run
        self.waiting = waiting
        self.settledAsDeferred = settledAsDeferred
        self.settledAsDelivered = settledAsDelivered
    }
    var testDescription: String { name }
}

/// A stop watch and a wall clock that go when they are told to.
final class HandClock: Sendable {
    private let reading = Mutex((stopwatch: Duration.zero, wall: Int64(1_700_000_000_000)))

    func advance(by duration: Duration) {
        reading.withLock {
            $0.stopwatch += duration
            $0.wall += duration.components.seconds * 1000
        }
    }

    func setWall(by duration: Duration) { reading.withLock { $0.wall += duration.components.seconds * 1000 } }

    var configuration: StoreConfiguration {
        StoreConfiguration(
            freeSpaceFloor: { ByteCount(0) },
            queueClock: QueueClock.Source(
                stopwatch: { self.reading.withLock { $0.stopwatch } }, wall: { self.reading.withLock { $0.wall } }))
    }
}

extension TryOutcome {
    static let taken = TryOutcome(status: EnhancedStatus(2, 0, 0), remote: "mx.test", words: "250 ok", isReply: true)
    static let refused = TryOutcome(status: EnhancedStatus(5, 1, 1), remote: "mx.test", words: "550 no", isReply: true)
    static let busy = TryOutcome(status: EnhancedStatus(4, 4, 1), remote: "", words: "no route", isReply: false)
}

extension Destination {
    fileprivate init(_ name: String) { self.init(Domain(name)!) }
}

extension MailStore {
    @discardableResult
    func enqueue(_ text: String, to recipients: [String], here: [LocalRecipient] = []) async throws -> MessageID {
        let message = newMessage()
        try await message.append(ByteBuffer(string: text))
        let envelope = OutgoingEnvelope(
            sender: .address(MailAddress("alice@postern.test")!), recipients: recipients.map { OutgoingRecipient(MailAddress($0)!) })
        try await deliver(message, to: here, queue: envelope)
        return message.id
    }

    /// A line for each recipient, in the order in which they came.
    func queue(words: Bool = true) async throws -> [String] {
        try await read { snapshot in
            try snapshot.queue(QueueFilter()).messages.flatMap(\.recipients).map { recipient in
                let last = recipient.state == .deferred && words ? recipient.last.map { " \($0.status) \($0.words)" } ?? "" : ""
                return "\(recipient.address) \(recipient.state.name) \(recipient.tries)\(last)"
            }
        }
    }

    func destinations() async throws -> [String] {
        try await read { try $0.queueDestinations(after: nil, limit: 100).map(\.destination.key) }
    }

    func text(of message: StoredMessage) async throws -> String {
        try await read { try $0.withBytes(of: message, 0..<message.size) { String(decoding: $0, as: UTF8.self) } }
    }
}
