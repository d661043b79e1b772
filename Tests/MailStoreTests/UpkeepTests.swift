import Foundation
import MailCore
import NIOCore
import Testing

@testable import MailStore

@Suite struct UpkeepTests {
    @Test func aHealthyStoreHasNoFindings() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        for n in 0..<300 { try await store.deliver("message \(n)", to: temporary.recipient()) }
        let inbox = try #require(try await store.info("INBOX", of: temporary.account))
        _ = try await store.setFlags(UIDSet([1...100]), in: inbox.id, .add([.seen, .deleted]))
        _ = try await store.expunge(inbox.id, only: UIDSet([1...50]))
        let report = try await store.check()
        #expect(report.findings == [])
        #expect(report.messages == 250)
    }

    @Test func aDamagedMessageIsFoundByName() async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.deliver("first", to: temporary.recipient())
        let id = try await temporary.store.deliver("precious", to: temporary.recipient())
        try temporary.damage("precious")
        let report = try await temporary.store.check()
        #expect(report.findings.count == 1 && report.findings[0].contains(id.description))
    }

    /// A rebuild would not find it: that shows before there is a rebuild.
    @Test func aDamagedHeaderIsFoundThoughTheMessageIsWhole() async throws {
        let temporary = try TemporaryStore()
        let id = try await temporary.store.deliver("precious", to: temporary.recipient())
        try await temporary.store.deliver("other", to: temporary.recipient())
        try temporary.damage("alice@postern.test")
        let report = try await temporary.store.check()
        #expect(report.messages == 2 && report.findings.count == 1)
        #expect(report.findings[0].hasPrefix("message \(id) in 00000001.pack at ") && report.findings[0].contains("header is damaged"))
    }

    /// Every octet of it that a rebuild looks at: magic, version, length, checksums, size, id, dates, deliveries.
    @Test(arguments: [0, 4, 8, 12, 16, 24, 28, 32, 40, 48, 56, 64, 66, 90])
    func anyOctetOfAHeaderIsProven(octet: Int) async throws {
        let temporary = try TemporaryStore()
        for n in 0..<3 { try await temporary.store.deliver("message \(n)", to: temporary.recipient()) }
        try temporary.damage("PSTN", behind: octet)
        let findings = try await temporary.store.check(hurrying: false).findings
        #expect(findings.count == 1 && findings[0].contains("header is damaged"))
        #expect(try await temporary.store.check(hurrying: true).findings == findings)
    }

    /// Those before the cut are whole; the pack is named, and each message that is lost.
    @Test func aPackThatIsCutOffLosesWhatLiesBehind() async throws {
        let temporary = try TemporaryStore()
        for _ in 0..<40 { try await temporary.store.deliver(String(repeating: "x", count: 30_000), to: temporary.recipient()) }
        let places = try await temporary.store.read { snapshot in
            try snapshot.connection.statement("SELECT offset FROM message ORDER BY offset").all { $0.int64(0) }
        }
        // After an unclean end the store goes on in another pack, and this one stays as it is.
        let copy = temporary.folder + "-copy"
        try FileManager.default.copyItem(atPath: temporary.folder, toPath: copy)
        let cut = places[29] + 5
        #expect(truncate(copy + "/postern-mail/packs/00000001.pack", Int(cut)) == 0)
        let again = try TemporaryStore(folder: copy)
        let report = try await again.store.check(hurrying: false)
        #expect(report.messages == 40 && report.findings.count == 12)
        #expect(report.findings.first == "00000001.pack ends at \(cut), not at \(places[39] + 30_000).")
        #expect(report.findings.dropFirst().allSatisfy { $0.contains("00000001.pack ends at ") }, "\(report.findings)")
        let hurried = try await again.store.check(hurrying: true)
        #expect(hurried.messages == 40 && hurried.findings.sorted() == report.findings.sorted())
    }

    @Test func aMissingPackIsOneFinding() async throws {
        let temporary = try TemporaryStore()
        for n in 0..<30 { try await temporary.store.deliver("\(n)", to: temporary.recipient()) }
        try FileManager.default.removeItem(atPath: temporary.folder + "/postern-mail/packs/00000001.pack")
        let report = try await temporary.store.check(hurrying: false)
        #expect(report.findings == ["00000001.pack is missing; 30 messages lie in it."])
        #expect(try await temporary.store.check(hurrying: true).findings == report.findings)
    }

    /// Of all sizes, around the check's window, and with headers of one and of four hundred recipients; in steps of any size.
    @Test(arguments: [1, 100_000, 16 << 20]) func messagesOfAllSizesAreRead(limit: Int) async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let sizes = [0, 1, 7, 8, 500, 4096, 262_143, 262_144, 262_145, 500_000, 524_288, 524_289, 1_048_576, 3_000_000]
        for size in sizes {
            for recipients in [1, 400] {
                let message = store.newMessage()
                try await message.append(ByteBuffer(repeating: 66, count: size))
                try await store.deliver(message, to: (0..<recipients).map { _ in temporary.recipient() })
            }
        }
        let report = try await store.check(hurrying: false, limit: limit)
        #expect(report.findings == [])
        #expect(report.messages == sizes.count * 2 && report.bytes.bytes == sizes.reduce(0, +) * 2)
        #expect(try await store.check(hurrying: true) == report)
    }

    /// A damaged index says of two messages that they lie at one place: both are read, the one is not what lies there, and no step goes
    /// round for ever.
    @Test(arguments: [1, 4 << 20]) func twoMessagesAtOnePlaceAreBothRead(limit: Int) async throws {
        let temporary = try TemporaryStore()
        for n in 0..<3 { try await temporary.store.deliver("message \(n)", to: temporary.recipient()) }
        try await temporary.store.onWriter { (writer) throws(StoreError) in
            _ = try writer.open?.engine.index.statement(
                "UPDATE message SET (offset, checksum) = (SELECT offset, checksum FROM message ORDER BY id LIMIT 1) WHERE id = (SELECT max(id) FROM message)"
            ).run()
        }
        let report = try await temporary.store.check(hurrying: false, limit: limit)
        #expect(report.messages == 3 && report.findings.count == 1 && report.findings.first?.contains("header is damaged") == true)
        #expect(try await temporary.store.check(hurrying: true) == report)
    }

    /// What is wrong in the index though each of its tables is whole; two counts that are wrong by one and make up for each other are two.
    @Test(
        arguments: [
            ("UPDATE mailbox SET messages = messages + 1 WHERE messages > 0", ["Mailbox 1 counts 4/3/27 and has 3/3/27."]),
            ("UPDATE mailbox SET unseen = 0", ["Mailbox 1 counts 3/0/27 and has 3/3/27."]),
            ("UPDATE mailbox SET bytes = 26 WHERE messages > 0", ["Mailbox 1 counts 3/3/26 and has 3/3/27."]),
            ("UPDATE message SET entries = 7", ["3 messages count their entries wrong."]),
            (
                "UPDATE message SET entries = CASE id WHEN (SELECT max(id) FROM message) THEN 2 WHEN (SELECT min(id) FROM message) THEN 0 ELSE 1 END",
                ["2 messages count their entries wrong."]
            ),
            (
                "UPDATE entry SET message = 7 WHERE uid = 1",
                ["Mailbox 1 counts 3/3/27 and has 3/3/18.", "1 entries point to no message.", "1 messages count their entries wrong."]
            ),
            (
                "UPDATE entry SET mailbox = 99 WHERE uid = 1",
                ["Mailbox 1 counts 3/3/27 and has 2/2/18.", "1 entries lie in no mailbox."]
            ),
        ] as [(StaticString, [String])])
    func whatDoesNotAddUpIsFound(change: StaticString, findings: [String]) async throws {
        let temporary = try TemporaryStore()
        for n in 0..<3 { try await temporary.store.deliver("message \(n)", to: temporary.recipient()) }
        try await temporary.store.onWriter { (writer) throws(StoreError) in
            _ = try writer.open?.engine.index.statement(change).run()
        }
        #expect(try await temporary.store.check(hurrying: false).findings == findings)
        #expect(try await temporary.store.check().findings.sorted() == findings.sorted())
    }

    /// A damaged index may say anything of a place: it is found, and nothing is read there.
    @Test(
        arguments: [
            ("UPDATE message SET size = -1", ["1 messages lie where nothing can.", "has -1 octets, but 00000001.pack ends at "]),
            ("UPDATE message SET size = 9223372036854775807", ["has 9223372036854775807 octets, but 00000001.pack ends at "]),
            ("UPDATE message SET offset = -8", ["1 messages lie where nothing can."]),
            ("UPDATE message SET offset = 9223372036854775800", ["at 9223372036854775800 has 9 octets, but 00000001.pack ends at "]),
            ("UPDATE message SET pack = 0", ["1 messages lie where nothing can.", "00000000.pack is missing; 1 messages lie in it."]),
        ] as [(StaticString, [String])])
    func whatLiesWhereNothingCanIsFound(change: StaticString, parts: [String]) async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.deliver("message 0", to: temporary.recipient())
        try await temporary.store.onWriter { (writer) throws(StoreError) in
            _ = try writer.open?.engine.index.statement(change).run()
        }
        for hurrying in [false, true] {
            let findings = try await temporary.store.check(hurrying: hurrying).findings
            for part in parts { #expect(findings.contains { $0.contains(part) }, "\(findings)") }
        }
    }

    /// No table is left out, but those by which the schema itself is kept.
    @Test func everyTableIsGoneThrough() async throws {
        let temporary = try TemporaryStore()
        let tables = try await temporary.store.read { snapshot in
            try snapshot.connection.statement(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('grdb_migrations', 'sqlite_sequence') ORDER BY name"
            ).all { $0.text(0) }
        }
        #expect(StoreSnapshot.checkedTables.map(\.name).sorted() == tables)
    }

    @Test(arguments: ["", "messages 1", "messages -1 2 3", "index", "index x", "packs 1", "counters 1", "elsewhere"])
    func placesThatAreNone(text: String) { #expect(StoreCheckPlace(text: text) == nil) }

    @Test(arguments: ["", ",", "end, index 1", "index 1,", "index 1, x", "index 1, counters, counters"])
    func coursesThatAreNone(text: String) { #expect(StoreCheckCourse(text: text) == nil) }

    /// What was read back beside the index is not read again; until then both are shown.
    @Test func aCourseGoesOnBehindWhatWasReadAhead() throws {
        var course = StoreCheckCourse()
        course.goOn(to: .counters, ahead: .messages(pack: 2, offset: 7, last: 3))
        #expect(course.text == "counters, messages 2 7 3" && course.item == "counters, 00000002.pack")
        course = try #require(StoreCheckCourse(text: course.text))
        course.goOn(to: .messages(pack: 1, offset: 0, last: 3))
        #expect(course.text == "messages 2 7 3" && StoreCheckCourse(text: course.text) == course)
        course.goOn(to: nil)
        #expect(course.text == "end")
    }

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

extension MailStore {
    /// A check as it is while nothing else wants the machine, or while something does; what it keeps between steps goes through words.
    func check(hurrying: Bool, limit: Int = 16 << 20) async throws -> StoreCheckReport {
        var report = StoreCheckReport()
        var course = StoreCheckCourse()
        while course.next != nil {
            course = try #require(StoreCheckCourse(text: course.text))
            try await checkStep(&course, hurrying: hurrying, limit: limit, &report)
        }
        #expect(StoreCheckCourse(text: course.text) == course)
        return report
    }
}
