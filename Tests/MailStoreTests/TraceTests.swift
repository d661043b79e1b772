import MailCore
import MailStore
import NIOCore
import Synchronization
import Testing

/// What is remembered of messages, whatever became of them.
@Suite struct TraceTests {
    private static func origin(_ recipients: [String]) -> MessageOrigin {
        MessageOrigin(
            sender: .address(MailAddress("Ann@far.test")!), recipients: recipients, peer: "192.0.2.1", helo: "client.example",
            transport: "ESMTPS", cipher: "TLS_AES_128_GCM_SHA256")
    }

    private static func deliver(
        _ temporary: TemporaryStore, here: Bool = true, elsewhere: [String] = [], named: [String] = ["alice@postern.test"]
    ) async throws -> MessageID {
        let message = temporary.store.newMessage()
        try await message.append(ByteBuffer(string: "Message-ID: <M1@far.test>\r\n\r\nbody\r\n"))
        let queue =
            elsewhere.isEmpty
            ? nil
            : OutgoingEnvelope(
                sender: .address(MailAddress("ann@far.test")!), recipients: elsewhere.map { OutgoingRecipient(MailAddress($0)!) })
        try await temporary.store.deliver(
            message, to: here ? [temporary.recipient()] : [], queue: queue, origin: origin(named))
        return message.id
    }

    private static func found(_ word: String, in store: MailStore) async throws -> [MessageID] {
        try await store.read { try $0.traces(of: word, before: nil, limit: 10).messages.map(\.id) }
    }

    @Test func aMessageIsFoundByWhatIsKnownOfIt() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let first = try await Self.deliver(temporary, named: ["Info@postern.test"])
        let second = try await Self.deliver(temporary, elsewhere: ["bob@remote.test", "carol@remote.test"])
        let traced = try #require(try await store.read { try $0.trace(of: first) })
        #expect(traced.origin == Self.origin(["Info@postern.test"]))
        #expect(traced.accounts == ["alice@postern.test"] && traced.elsewhere == [] && traced.messageID == "<M1@far.test>")
        #expect(traced.size == 35 && traced.events == [])
        #expect(try await store.read { try $0.trace(of: second)?.origin.recipients } == ["alice@postern.test"])
        for word in ["ann@FAR.test", "<m1@far.test>", "M1@far.test", "alice@postern.test"] {
            #expect(try await Self.found(word, in: store) == [second, first], "\(word)")
        }
        #expect(try await Self.found("info@postern.test", in: store) == [first])
        #expect(try await Self.found("carol@remote.test", in: store) == [second])
        #expect(try await Self.found("arol@remote.test", in: store) == [])
        #expect(try await Self.found("", in: store) == [])
        #expect(try await store.read { try $0.traces(of: "ann@far.test", before: second, limit: 1).messages.map(\.id) } == [first])
    }

    @Test func whatBecameOfItIsToldWhenItIsGone() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let id = try await Self.deliver(temporary, here: false, elsewhere: ["bob@remote.test", "carol@remote.test"])
        let leased = try #require(try await store.leaseDue(Destination(Domain("remote.test")!), limit: 10).first)
        let carol = leased.recipients[1].id
        try await store.settle(
            id,
            [
                Settlement(recipient: leased.recipients[0].id, .delivered, .refused),
                Settlement(recipient: carol, .deferred(until: store.queueClock.now, isDelayTold: false), .refused),
            ])
        #expect(try await store.hold([carol]) == 1)
        #expect(try await store.release([carol]) == 1)
        let report = store.newMessage()
        try await report.append(ByteBuffer(string: "it failed"))
        try await store.settle(
            id, [Settlement(recipient: carol, .bounced, .refused)],
            notice: MailStore.Notice(
                report, to: [temporary.recipient()], queue: nil,
                origin: MessageOrigin(sender: .nobody, recipients: ["ann@far.test"], about: id)))
        let (traced, whereabouts) = try await store.read { (try $0.trace(of: id), try $0.whereabouts(of: id)) }
        #expect(
            traced?.events.map { "\($0.kind) \($0.recipient) \($0.status) \($0.remote) \($0.words)" } == [
                "sent bob@remote.test 5.1.1 mx.test 550 no", "deferred carol@remote.test 5.1.1 mx.test 550 no", "held carol@remote.test   ",
                "released carol@remote.test   ", "bounced carol@remote.test 5.1.1 mx.test 550 no", "told    \(report.id)",
            ])
        #expect(whereabouts == MessageWhereabouts.gone)
        #expect(try await store.read { try $0.trace(of: report.id)?.origin.about } == id)
        #expect(try await store.read { try $0.whereabouts(of: report.id).places.map(\.mailbox) } == ["INBOX"])
    }

    /// `trace.keep`: what is older goes, but for what is still in the queue; with zero nothing is written down.
    @Test func itIsForgotten() async throws {
        let keep = Mutex(Duration.seconds(3600))
        let temporary = try TemporaryStore(
            configuration: StoreConfiguration(freeSpaceFloor: { ByteCount(0) }, keepsTrace: { keep.withLock { $0 } }))
        let store = temporary.store
        let here = try await Self.deliver(temporary)
        let queued = try await Self.deliver(temporary, here: false, elsewhere: ["bob@remote.test"])
        while try await store.forgetOldTraces() {}
        #expect(try await Self.found("ann@far.test", in: store) == [queued, here])
        keep.withLock { $0 = .zero }
        #expect(try await store.read { try $0.trace(of: here) } != nil)
        _ = try await Self.deliver(temporary)
        while try await store.forgetOldTraces() {}
        #expect(try await Self.found("ann@far.test", in: store) == [queued])
        #expect(try await store.read { try $0.whereabouts(of: here).places.map(\.account) } == ["alice@postern.test"])
    }
}

extension MessageWhereabouts {
    fileprivate static let gone = MessageWhereabouts(size: nil, places: [], queued: [])
}
