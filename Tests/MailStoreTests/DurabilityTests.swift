import Foundation
import MailCore
import MailStore
import NIOCore
import Testing

@Suite struct DurabilityTests {
    @Test func everythingIsThereAfterARestart() async throws {
        let temporary = try TemporaryStore()
        let first = temporary.store
        try await first.provision(temporary.account, address: temporary.address, folders: ["Sent"])
        try await first.deliver("a", to: temporary.recipient())
        let inbox = try #require(try await first.info("INBOX", of: temporary.account))
        _ = try await first.setFlags(UIDSet([1...1]), in: inbox.id, .add(.flagged), keywords: ["Work"])
        let second = try await temporary.reopened()
        try await second.deliver("b", to: temporary.recipient())
        #expect(try await second.listing(inbox.id) == ["1 [F,Work] a", "2 [] b"])
        #expect(try await second.info("INBOX", of: temporary.account)?.uidValidity == inbox.uidValidity)
        await #expect(throws: StoreError.unavailable("it is closed")) { try await first.deliver("c", to: temporary.recipient()) }
        await second.close()
    }

    @Test(arguments: [10, 1000, 5000, 300_000, 1_048_576, 1_048_577, 3_000_000])
    func messagesOfEverySizeComeBackWhole(size: Int) async throws {
        let temporary = try TemporaryStore()
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let message = temporary.store.newMessage()
        var place = 0
        while place < size {
            let piece = min(60_000, size - place)
            try await message.append(ByteBuffer(bytes: bytes[place..<place + piece]))
            place += piece
        }
        try await temporary.store.deliver(message, to: [temporary.recipient()])
        try await temporary.store.deliver("after", to: temporary.recipient())
        let store = try await temporary.reopened()
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        let found = try await store.read { snapshot in
            var found: [[UInt8]] = []
            try snapshot.forEachEntry(in: inbox.id, uids: 1...9, summary: false) { entry in
                found.append(Array(try snapshot.bytes(of: entry.message, 0..<Int.max).readableBytesView))
                return true
            }
            return found
        }
        #expect(found.count == 2 && found.first == bytes && found.last == Array("after".utf8))
        await store.close()
    }

    @Test func packsAreSealedAndBeginAnew() async throws {
        let temporary = try TemporaryStore(
            configuration: StoreConfiguration(freeSpaceFloor: { ByteCount(0) }, packSize: .kibibytes(64), spoolThreshold: .kibibytes(32)))
        for n in 0..<40 {
            try await temporary.store.deliver(String(repeating: "\(n % 10)", count: 5000 + n * 1000), to: temporary.recipient())
        }
        let inbox = try #require(try await temporary.store.info("INBOX", of: temporary.account))
        let lengths = try await temporary.store.listing(inbox.id).map { $0.split(separator: " ").last?.utf8.count ?? 0 }
        #expect(lengths == (0..<40).map { 5000 + $0 * 1000 })
        let packs = try FileManager.default.contentsOfDirectory(atPath: temporary.folder + "/postern-mail/packs")
        #expect(packs.count > 15)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.folder + "/postern-mail/spool").isEmpty)
    }

    @Test func aMessageThatNobodyStoredLeavesNothing() async throws {
        let temporary = try TemporaryStore()
        do {
            let message = temporary.store.newMessage()
            try await message.append(ByteBuffer(repeating: 65, count: 2_000_000))
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.folder + "/postern-mail/spool").count == 1)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.folder + "/postern-mail/spool").isEmpty)
    }

    @Test func manySessionsAtOnceLoseNothing() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for session in 0..<50 {
                group.addTask {
                    for n in 0..<20 { try await store.deliver("\(session)-\(n)", to: temporary.recipient()) }
                }
            }
            try await group.waitForAll()
        }
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        let bodies = try await store.listing(inbox.id).map { String($0.split(separator: " ").last ?? "") }
        #expect(bodies.count == 1000 && Set(bodies).count == 1000)
        #expect(try await store.countersAreTrue(inbox.id))
    }

    @Test func aDamagedMessageIsNoticed() async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.deliver("precious words", to: temporary.recipient())
        try temporary.damage("precious")
        let inbox = try #require(try await temporary.store.info("INBOX", of: temporary.account))
        await #expect(throws: StoreError.self) { _ = try await temporary.store.listing(inbox.id) }
    }

    @Test func anUnmountedDriveIsNotMistakenForAnEmptyStore() async throws {
        let temporary = try TemporaryStore()
        await temporary.store.close()
        let drive = temporary.folder + "/drive"
        let configuration = StoreConfiguration(freeSpaceFloor: { ByteCount(0) }, memory: RememberedStore().memory)
        let store = try MailStore(folder: drive, configuration: configuration, logger: TemporaryStore.quiet)
        try await store.deliver("a", to: temporary.recipient())
        await store.close()
        try FileManager.default.moveItem(atPath: drive, toPath: drive + "-away")
        try FileManager.default.createDirectory(atPath: drive, withIntermediateDirectories: true)
        let without = try MailStore(folder: drive, configuration: configuration, logger: TemporaryStore.quiet)
        guard case .unavailable = without.health.state else {
            Issue.record("the store took an empty folder for its drive")
            return
        }
        await #expect(throws: StoreError.self) { try await without.deliver("b", to: temporary.recipient()) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: drive).isEmpty)
        try FileManager.default.removeItem(atPath: drive)
        try FileManager.default.moveItem(atPath: drive + "-away", toPath: drive)
        for _ in 0..<100 where without.health.state != .ready { try await Task.sleep(for: .milliseconds(50)) }
        try await without.deliver("c", to: temporary.recipient())
        let inbox = try #require(try await without.info("INBOX", of: temporary.account))
        #expect(try await without.listing(inbox.id) == ["1 [] a", "2 [] c"])
        await without.close()
    }

    @Test func lowSpaceRefusesGrowthOnly() async throws {
        let floor = Floor()
        let temporary = try TemporaryStore(configuration: StoreConfiguration(freeSpaceFloor: { floor.value }))
        let store = temporary.store
        try await store.deliver("a", to: temporary.recipient())
        let inbox = try #require(try await store.info("INBOX", of: temporary.account)).id
        floor.value = ByteCount(Int.max)
        try await Task.sleep(for: .milliseconds(300))
        #expect(store.health.state == .spaceLow)
        await #expect(throws: StoreError.noSpace) { try await store.deliver("b", to: temporary.recipient()) }
        _ = try await store.setFlags(UIDSet([1...1]), in: inbox, .add(.deleted))
        #expect(try await store.expunge(inbox) == [1])
        floor.value = ByteCount(0)
        try await Task.sleep(for: .milliseconds(300))
        try await store.deliver("c", to: temporary.recipient())
        #expect(try await store.listing(inbox) == ["2 [] c"])
    }

    private final class Floor: @unchecked Sendable {
        // Guarded by its lock.
        private let lock = NSLock()
        private var held = ByteCount(0)
        var value: ByteCount {
            get { lock.withLock { held } }
            set { lock.withLock { held = newValue } }
        }
    }
}
