import Foundation
import MailCore
import NIOCore
import Testing

@testable import MailStore

@Suite struct UpkeepTests {
    /// The power goes: the open pack keeps zeros that were written ahead, and the next start goes on in another one.
    @Test func whatAnUncleanEndLeavesIsGivenBack() async throws {
        let temporary = try TemporaryStore()
        for n in 0..<20 { try await temporary.store.deliver("message \(n)", to: temporary.recipient()) }
        let copy = temporary.folder + "-copy"
        try FileManager.default.copyItem(atPath: temporary.folder, toPath: copy)
        let pack = copy + "/postern-mail/packs/00000001.pack"
        func size() throws -> Int { try #require(try FileManager.default.attributesOfItem(atPath: pack)[.size] as? Int) }
        // As it is when the stretch was written out.
        #expect(truncate(pack, 4 << 20) == 0)
        let again = try TemporaryStore(folder: copy)
        try await again.store.deliver("goes on", to: temporary.recipient())
        let step = try await again.store.reclaim(now: 1)
        #expect(step.packs == 1 && step.freed > 3 << 20)
        #expect(try size() < 64 << 10)
        let report = try await again.store.check()
        #expect(report.messages == 21 && report.findings == [])
    }

    @Test func aLostIndexIsRebuiltFromPacks() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.provision(temporary.account, address: temporary.address, folders: ["Sent"])
        for n in 0..<20 { try await store.deliver("Subject: \(n)\r\n\r\nbody \(n)\r\n", to: temporary.recipient()) }
        let sent = try #require(try await store.info("Sent", of: temporary.account)).id
        _ = try await store.append("draft", to: sent, flags: [.seen])
        let big = store.newMessage()
        try await big.append(ByteBuffer(repeating: 66, count: 1_500_000))
        try await store.deliver(big, to: [temporary.recipient()])
        let before = try #require(try await store.info("INBOX", of: temporary.account))
        await store.close()
        let folder = temporary.folder + "/postern-mail/"
        for name in ["index.sqlite", "index.copy.sqlite"] { try? FileManager.default.removeItem(atPath: folder + name) }
        // Nobody takes it for an empty store meanwhile.
        try await temporary.isFoundDamaged("there is no index at ")
        let report = try IndexRebuild.run(folder: temporary.folder, logger: TemporaryStore.quiet)
        #expect(report.fromPacks == 22 && report.recovered == 1 && report.findings == [])
        let rebuilt = try await temporary.reopened()
        let inbox = try #require(try await rebuilt.info("INBOX", of: temporary.account))
        #expect(inbox.messages == 21 && inbox.uidValidity != before.uidValidity)
        let recovered = try #require(try await rebuilt.info("Recovered", of: temporary.account))
        #expect(try await rebuilt.listing(recovered.id) == ["1 [S] draft"])
        #expect(try await rebuilt.check().findings == [])
        try await rebuilt.deliver("goes on", to: temporary.recipient())
        await rebuilt.close()
    }

    @Test func aRebuildBeginsWithTheLastCopy() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        for n in 0..<5 { try await store.deliver("early \(n)", to: temporary.recipient()) }
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        _ = try await store.setFlags(UIDSet([1...2]), in: inbox.id, .add([.deleted]))
        _ = try await store.expunge(inbox.id)
        _ = try await store.setFlags(UIDSet([3...3]), in: inbox.id, .add([.flagged]))
        let folder = temporary.folder + "/postern-mail/"
        _ = try await store.copyIndex()
        await store.close()
        let second = try await temporary.reopened()
        try await second.deliver("late", to: temporary.recipient())
        await second.close()
        try Data("this is no database, but it is long enough".utf8).write(to: URL(fileURLWithPath: folder + "index.sqlite"))
        try await temporary.isFoundDamaged("file is not a database")
        let report = try IndexRebuild.run(folder: temporary.folder, logger: TemporaryStore.quiet)
        #expect(report.fromCopy == 3 && report.fromPacks == 1 && report.findings == [])
        let rebuilt = try await temporary.reopened()
        let found = try #require(try await rebuilt.info("INBOX", of: temporary.account))
        #expect(try await rebuilt.listing(found.id) == ["3 [F] early 2", "4 [] early 3", "5 [] early 4", "6 [] late"])
        await rebuilt.close()
    }

    /// The copy was made of an index that counted its packs wrong, and knew one of them not at all.
    @Test(arguments: ["UPDATE pack SET messages = 9, live = 9, bytes = 9", "DELETE FROM pack"] as [StaticString])
    func aRebuildCountsPacksAnew(damage: StaticString) async throws {
        let temporary = try TemporaryStore()
        for n in 0..<5 { try await temporary.store.deliver("early \(n)", to: temporary.recipient()) }
        try await temporary.store.onWriter { (writer) throws(StoreError) in
            _ = try writer.open?.engine.index.statement(damage).run()
        }
        _ = try await temporary.store.copyIndex()
        #expect(try await !temporary.store.check().findings.isEmpty)
        await temporary.store.close()
        _ = try IndexRebuild.run(folder: temporary.folder, logger: TemporaryStore.quiet)
        let rebuilt = try await temporary.reopened()
        #expect(try await rebuilt.check().findings == [])
        await rebuilt.close()
    }

    /// Wherever a rebuild is broken off, no start takes what it leaves for the store; the next one ends it.
    @Test(arguments: [0, 1, 2]) func aRebuildThatWasBrokenOffIsDoneAgain(steps: Int) async throws {
        let temporary = try TemporaryStore()
        for n in 0..<5 { try await temporary.store.deliver("message \(n)", to: temporary.recipient()) }
        await temporary.store.close()
        try IndexRebuild.begin(in: temporary.folder)
        do {
            let broken = try IndexRebuild(in: temporary.folder)
            for _ in 0..<steps { _ = try broken.step(limit: 20) }
            if steps == 2 {
                while try broken.step() {}
                _ = try broken.complete(TemporaryStore.quiet)
            }
        }
        let away = try MailStore(folder: temporary.folder, logger: TemporaryStore.quiet)
        #expect(away.health.refusal == .unavailable(IndexRebuild.underWay))
        await away.close()
        let report = try IndexRebuild.run(folder: temporary.folder, logger: TemporaryStore.quiet)
        #expect(report.fromCopy + report.fromPacks == 5 && report.findings == [])
        let rebuilt = try await temporary.reopened()
        let inbox = try #require(try await rebuilt.info("INBOX", of: temporary.account))
        #expect(try await rebuilt.listing(inbox.id).count == 5)
        #expect(try await rebuilt.check().findings == [])
        await rebuilt.close()
    }

    /// A rebuild that does not go on gives the store back as it was, while it runs.
    @Test func aRebuildIsGivenUp() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.deliver("before", to: temporary.recipient())
        let before = try #require(try await store.info("INBOX", of: temporary.account))
        let rebuild = try await store.beginRebuild()
        await #expect(throws: StoreError.unavailable(IndexRebuild.underWay)) {
            try await store.deliver("too early", to: temporary.recipient())
        }
        _ = try await store.step(rebuild, limit: 1)
        try await store.giveUpRebuild()
        for _ in 0..<100 where store.health.refusal != nil { try await Task.sleep(for: .milliseconds(50)) }
        try await store.deliver("after", to: temporary.recipient())
        let after = try #require(try await store.info("INBOX", of: temporary.account))
        #expect(after.id == before.id && after.uidValidity == before.uidValidity && after.messages == 2)
        await store.close()
    }

    /// A large message has its id before the quick ones that are copied before it is there.
    @Test func aRebuildFindsWhatBeganBeforeTheCopyAndCameAfterIt() async throws {
        let temporary = try TemporaryStore()
        let slow = temporary.store.newMessage()
        try await slow.append(ByteBuffer(string: "slow"))
        try await temporary.store.deliver("quick", to: temporary.recipient())
        _ = try await temporary.store.copyIndex()
        try await temporary.store.deliver(slow, to: [temporary.recipient()])
        await temporary.store.close()
        try FileManager.default.removeItem(atPath: temporary.folder + "/postern-mail/index.sqlite")
        let report = try IndexRebuild.run(folder: temporary.folder, logger: TemporaryStore.quiet)
        #expect(report.fromCopy == 1 && report.fromPacks == 1 && report.findings == [])
        let rebuilt = try await temporary.reopened()
        let inbox = try #require(try await rebuilt.info("INBOX", of: temporary.account))
        #expect(try await rebuilt.listing(inbox.id) == ["1 [] quick", "2 [] slow"])
        await rebuilt.close()
    }

    /// What was deleted before the copy, and still lies in the packs, stays deleted.
    @Test func aRebuildBringsNothingBackThatWasGoneBeforeTheCopy() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        for n in 0..<3 { try await store.deliver("\(n)", to: temporary.recipient()) }
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        _ = try await store.remove(UIDSet([1...3]), from: inbox.id)
        _ = try await store.copyIndex()
        await store.close()
        try FileManager.default.removeItem(atPath: temporary.folder + "/postern-mail/index.sqlite")
        let report = try IndexRebuild.run(folder: temporary.folder, logger: TemporaryStore.quiet)
        #expect(report.fromCopy == 0 && report.fromPacks == 0)
    }

    /// A clock that is set back must not give an id again, though its message was deleted: packs would hold two of that id.
    @Test(arguments: [false, true]) func anIdIsNeverGivenAgain(isRebuilt: Bool) async throws {
        let temporary = try TemporaryStore()
        let folder = temporary.folder
        await temporary.store.close()
        func opened(at microseconds: Int64) throws -> MailStore {
            try MailStore(
                folder: folder, configuration: StoreConfiguration(freeSpaceFloor: { ByteCount(0) }, clock: { microseconds }),
                logger: TemporaryStore.quiet)
        }
        let late = try opened(at: 4_000_000_000_000_000)
        let newest = try await late.deliver("late", to: temporary.recipient())
        let inbox = try #require(try await late.info("INBOX", of: temporary.account))
        _ = try await late.remove(UIDSet([1...1]), from: inbox.id)
        await late.close()
        if isRebuilt {
            for name in ["index.sqlite", "index.copy.sqlite"] {
                try? FileManager.default.removeItem(atPath: folder + "/postern-mail/" + name)
            }
            _ = try IndexRebuild.run(folder: folder, logger: TemporaryStore.quiet)
        }
        let early = try opened(at: 1_000_000_000_000_000)
        #expect(early.newMessage().id > newest)
        await early.close()
    }

    /// UIDVALIDITYs run ahead of the clock when mailboxes are made faster than one a second; a rebuild knows none of them.
    @Test func aRebuildGivesNoUIDValidityAgain() async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.provision(temporary.account, address: temporary.address, folders: (0..<50).map { "F\($0)" })
        var given: Set<UID> = []
        for info in try await temporary.store.read({ [account = temporary.account] in try $0.mailboxes(of: account) }) {
            given.insert(info.uidValidity)
        }
        #expect(given.count >= 50)
        for n in 0..<50 { try await temporary.store.deliver("\(n)", to: temporary.recipient("F\(n)")) }
        await temporary.store.close()
        for _ in 0..<2 {
            try FileManager.default.removeItem(atPath: temporary.folder + "/postern-mail/index.sqlite")
            _ = try IndexRebuild.run(folder: temporary.folder, logger: TemporaryStore.quiet)
            let rebuilt = try await temporary.reopened()
            let inboxes = try await rebuilt.read { [account = temporary.account] in try $0.mailboxes(of: account) }
            #expect(!inboxes.isEmpty && inboxes.allSatisfy { !given.contains($0.uidValidity) })
            given.formUnion(inboxes.map(\.uidValidity))
            await rebuilt.close()
        }
    }

    @Test func damageInAPackCostsOnlyWhatIsDamaged() async throws {
        let temporary = try TemporaryStore()
        for n in 0..<10 { try await temporary.store.deliver("message number \(n) here", to: temporary.recipient()) }
        await temporary.store.close()
        try temporary.damage("number 4")
        for name in ["index.sqlite", "index.copy.sqlite"] {
            try? FileManager.default.removeItem(atPath: temporary.folder + "/postern-mail/" + name)
        }
        let report = try IndexRebuild.run(folder: temporary.folder, logger: TemporaryStore.quiet)
        #expect(report.fromPacks == 9 && report.findings.count == 1)
    }
}

extension TemporaryStore {
    /// Turns one octet in the first pack into another: the text's first one, or one `behind` it.
    func damage(_ text: String, behind distance: Int = 0) throws {
        let pack = URL(fileURLWithPath: folder + "/postern-mail/packs/00000001.pack")
        let bytes = try Data(contentsOf: pack)
        guard let range = bytes.range(of: Data(text.utf8)) else { return }
        let handle = try FileHandle(forWritingTo: pack)
        let place = range.lowerBound + distance
        try handle.seek(toOffset: UInt64(place))
        try handle.write(contentsOf: Data([bytes[place] ^ 1]))
        try handle.close()
    }
}
