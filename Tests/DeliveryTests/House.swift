import Connections
import Delivery
import Foundation
import Logging
import MailCore
import MailSettings
import MailStore
import MailTesting
import NIOCore
import Resolver
import StateStore
import Synchronization

/// A dispatcher with real stores in a folder of its own, a table for the domain name system, and a queue clock that goes by hand.
final class House: Sendable {
    let folder: String
    let settings: LiveSettings
    let store: MailStore
    let state: StateStore
    let dns = DNSStub()
    let dispatcher: Dispatcher
    let watch = HandClock()
    private let hub: ConnectionHub

    /// - Parameter listens: whether what comes into the queue is sent at once, and not when the queue is looked through.
    init(
        _ values: [String: String] = [:], deadlines: ClientDeadlines = ClientDeadlines(), rest: Duration = .zero,
        clock: ConnectionClock = .system, listens: Bool = true
    ) async throws {
        var deadlines = deadlines
        deadlines.rest = rest
        folder = NSTemporaryDirectory() + "postern-delivery-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        settings = LiveSettings(try Settings.defaults.overriding(values))
        store = try MailStore(folder: folder, configuration: watch.configuration, logger: logger)
        state = try StateStore(path: folder + "/state.sqlite", logger: logger)
        hub = ConnectionHub(loops: 1, logger: logger, clock: clock)
        try await state.addDomain(Domain("postern.test")!)
        let account = try await state.addAccount(address: MailAddress("alice@postern.test")!, password: Array("secret".utf8), iterations: 1)
        try await store.provision(account.id, address: account.address, folders: [])
        dispatcher = Dispatcher(
            DispatcherServices(
                settings: settings, state: state, store: store, hub: hub, dns: dns,
                reports: ReportDesk(settings: settings, state: state, store: store, hostname: "mail.postern.test", logger: logger),
                hostname: "mail.postern.test", isOwn: { _, _ in false },
                deadlines: deadlines, logger: logger))
        if listens { dispatcher.listen() }
    }

    func close() async {
        await dispatcher.stop()
        await hub.stop(within: .milliseconds(200))
        await store.close()
        state.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Every domain's mail goes to the remote.
    func route(_ domains: String..., to remote: RemoteServer) async throws {
        for domain in domains {
            try await state.setRoute(Route(domain: Domain(domain)!, host: remote.peer.address.description, port: remote.peer.port))
        }
    }

    func route(_ domain: String, to host: String, port: Int) async throws {
        try await state.setRoute(Route(domain: Domain(domain)!, host: host, port: port))
    }

    /// Whether it becomes true within half a minute.
    func eventually(_ claim: () async throws -> Bool) async -> Bool {
        let began = ContinuousClock.now
        while ContinuousClock.now - began < .seconds(30) {
            if (try? await claim()) == true { return true }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return false
    }

    /// Queues a message; what it leads to is over when this returns.
    @discardableResult
    func send(
        to recipients: [String], _ text: String = "Subject: hi\r\n\r\nbody\r\n", from sender: String = "alice@postern.test",
        notify: NotifySet = [], utf8: Bool = false
    ) async throws -> MessageID {
        let id = try await enqueue(to: recipients, text, from: sender, notify: notify, utf8: utf8)
        await settled()
        return id
    }

    /// Queues a message, and waits for nothing.
    @discardableResult
    func enqueue(
        to recipients: [String], _ text: String = "Subject: hi\r\n\r\nbody\r\n", from sender: String = "alice@postern.test",
        notify: NotifySet = [], utf8: Bool = false
    ) async throws -> MessageID {
        let message = store.newMessage()
        try await message.append(ByteBuffer(string: text))
        let envelope = OutgoingEnvelope(
            sender: MailAddress(sender).map(ReversePath.address) ?? .nobody,
            recipients: recipients.map { OutgoingRecipient(MailAddress($0)!, notify: notify) }, isUTF8: utf8)
        try await store.deliver(message, to: [], queue: envelope)
        return message.id
    }

    /// The next batch of the writer begins after the watcher was told of the one before.
    func settled() async {
        for _ in 0..<2 { try? await store.keepQueueTime() }
        await dispatcher.idle()
    }

    /// So much later the queue is looked through.
    func scan(after duration: Duration) async {
        watch.advance(by: duration)
        await dispatcher.scan()
        await dispatcher.idle()
    }

    /// `bob@remote.test deferred 1 4.4.1 words`
    var queue: [String] {
        get async throws {
            try await store.read { snapshot in
                try snapshot.queue(QueueFilter(), limit: 2000).messages.flatMap(\.recipients).map { recipient in
                    let last = recipient.last.map { " \($0.status) \($0.words)" } ?? ""
                    return "\(recipient.address) \(recipient.state.name) \(recipient.tries)\(last)"
                }
            }
        }
    }

    /// What alice has got.
    var inbox: [String] {
        get async throws {
            let account = state.directory.accounts[0].id
            return try await store.read { snapshot in
                guard let info = try snapshot.mailbox("INBOX", of: account) else { return [] }
                var texts: [String] = []
                try snapshot.forEachEntry(in: info.id, uids: 1...UID.max, summary: false) { entry in
                    texts.append(try snapshot.withBytes(of: entry.message, 0..<entry.message.size) { String(decoding: $0, as: UTF8.self) })
                    return true
                }
                return texts
            }
        }
    }
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

    var configuration: StoreConfiguration {
        StoreConfiguration(
            freeSpaceFloor: { ByteCount(0) },
            queueClock: QueueClock.Source(
                stopwatch: { self.reading.withLock { $0.stopwatch } }, wall: { self.reading.withLock { $0.wall } }))
    }
}
