import Foundation
import MailCore
import NIOCore
import Testing

@testable import MailStore

@Suite struct CheckTests {
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
            ("UPDATE pack SET messages = messages - 1", ["00000001.pack counts 2/27 and has 3/27."]),
            ("UPDATE pack SET live = live + 1", ["00000001.pack counts 3/28 and has 3/27."]),
            ("INSERT INTO pack(id, state, bytes, messages, live) VALUES(9, 0, 32, 1, 5)", ["00000009.pack counts 1/5 and has 0/0."]),
            ("DELETE FROM pack", ["00000001.pack is not in the index's list of packs; 3 messages lie in it."]),
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

    /// A clean end there would be gone on from over messages.
    @Test func anOpenPackWhoseEndIsWrongIsFound() async throws {
        let temporary = try TemporaryStore()
        for n in 0..<3 { try await temporary.store.deliver("message \(n)", to: temporary.recipient()) }
        try await temporary.store.onWriter { (writer) throws(StoreError) in
            _ = try writer.open?.engine.index.statement("UPDATE pack SET bytes = 7").run()
        }
        let end = try await temporary.store.read { snapshot in
            try snapshot.connection.statement("SELECT max(offset + size) FROM message").first { $0.int64(0) }
        }
        let findings = ["00000001.pack counts as written up to 7, not up to \(try #require(end))."]
        #expect(try await temporary.store.check(hurrying: false).findings == findings)
        #expect(try await temporary.store.check(hurrying: true).findings == findings)
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
