import Foundation
import MailCore
import MailStore
import StateStore
import Testing

@testable import Housekeeping

@Suite struct ImportTests {
    @Test func aMaildirComesWithFlagsDatesAndFolders() async throws {
        let house = try House()
        let account = try await house.account("alice")
        let root = house.folder + "/Maildir"
        for (path, text, date) in [
            ("cur/1000.a:2,FS", "Subject: one\n\nbody\n", 1_000_000), ("new/2000.b", "Subject: two\r\n\r\nbody\r\n", 2_000_000),
            (".Sent.Old/cur/3000.c:2,Ra", "Subject: three\n\nx\n", 3_000_000), (".Entw&APw-rfe/cur/1.d:2,D", "d\n", 4_000_000),
        ] {
            let file = URL(fileURLWithPath: root + "/" + path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: TimeInterval(date))], ofItemAtPath: file.path)
        }
        try Data("0 Work\n".utf8).write(to: URL(fileURLWithPath: root + "/.Sent.Old/dovecot-keywords"))
        let record = try await House.finish(
            TaskRunner(house.services), "import", ["from": root, "account": "alice@postern.test"])
        #expect(record.state == .done && record.result == "4 messages are imported into 3 mailboxes.", "\(record.trouble ?? "")")
        let found = try await house.store.read { snapshot in
            var lines: [String] = []
            for info in try snapshot.mailboxes(of: account.id) {
                try snapshot.forEachEntry(in: info.id, uids: 1...UID.max, summary: false) { entry in
                    let body = try snapshot.withBytes(of: entry.message, 0..<entry.message.size) { String(decoding: $0, as: UTF8.self) }
                    lines.append(
                        "\(info.name) \(entry.uid) \(entry.flags.rawValue) \(info.keywords) \(entry.internalDate) \(body.utf8.count)")
                    return true
                }
            }
            return lines
        }
        #expect(
            found
                == [
                    "Entwürfe 1 16 [] 4000000 3", "INBOX 1 5 [] 1000000 22", "INBOX 2 0 [] 2000000 22",
                    "Sent/Old 1 258 [\"Work\"] 3000000 21",
                ])
        await house.remove()
    }

    static let mbox = """
        From a@example.org Thu Jan  1 00:00:10 1970
        Subject: one
        Status: RO

        first
        >From the start

        From b@example.org Thu Jan  1 00:00:20 1970
        Subject: two
        X-Status: F

        second

        """

    @Test func anMboxIsTakenApart() throws {
        let bytes = Array(Self.mbox.utf8)
        let starts = Mbox.starts(in: bytes)
        #expect(starts.count == 2 && starts[0] == 0)
        let first = Mbox.message(bytes[0..<starts[1]], next: starts[1])
        #expect(String(decoding: first.octets, as: UTF8.self) == "Subject: one\r\nStatus: RO\r\n\r\nfirst\r\nFrom the start\r\n")
        #expect(first.flags == .seen && first.internalDate == 10)
        let second = Mbox.message(bytes[starts[1]...], next: bytes.count)
        #expect(second.flags == .flagged && second.internalDate == 20)
    }

    @Test(arguments: [
        ("From a@b Thu Jan  1 00:00:10 1970", 10), ("From a b c Fri Feb  2 03:04 2001", 981_083_040),
        ("From x Mon Mar 03 10:00:00 +0100 2003", 1_046_685_600), ("From nobody", nil), ("From a Thu Foo 1 00:00:10 1970", nil),
    ])
    func dates(line: String, seconds: Int64?) { #expect(Mbox.date(inSeparator: line) == seconds) }

    /// A Maildir of some mailboxes, as a test wants it: path and text.
    private static func write(_ files: [(String, String)], to root: String) throws {
        for (path, text) in files {
            let file = URL(fileURLWithPath: root + "/" + path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    /// Every message of the account: its mailbox, its text, its keywords.
    private static func contents(_ house: House, _ account: Account) async throws -> [String] {
        try await house.store.read { snapshot in
            var lines: [String] = []
            for info in try snapshot.mailboxes(of: account.id) {
                try snapshot.forEachEntry(in: info.id, uids: 1...UID.max, summary: false) { entry in
                    let body = try snapshot.withBytes(of: entry.message, 0..<entry.message.size) { String(decoding: $0, as: UTF8.self) }
                    let names = entry.flags.keywordIndexes.map { info.keywords[$0] }
                    lines.append(([info.name, body] + names).joined(separator: " "))
                    return true
                }
            }
            return lines
        }
    }

    /// The daemon dies after any step, and what the record knew of it is lost: what is there is not taken again, nothing is left out.
    @Test(arguments: [true, false]) func aResumedImportTakesNothingTwice(isMaildir: Bool) async throws {
        let house = try House()
        let account = try await house.account("alice")
        let from = house.folder + "/old"
        if isMaildir {
            try Self.write(
                (0..<9).map { ("\(["", ".A/", "Plain/Deep/"][$0 % 3])cur/100\($0).x:2,", "\($0)") } + [("Empty/cur/.keep", "")], to: from)
        } else {
            let text = (0..<9).map { "From a Thu Jan  1 00:00:1\($0) 1970\n\n\($0)" + String(repeating: "x", count: 40_000) + "\n\n" }
            try Data(text.joined().utf8).write(to: URL(fileURLWithPath: from))
        }
        let parameters = ["from": from, "account": "alice@postern.test"]
        let record = try await house.state.addTask("import", parameters: parameters, startedBy: "test", at: 1)
        var result: String?
        var runs = 0
        while result == nil {
            runs += 1
            let context = TaskContext(record, house.services, .system)
            context.budget = 1
            let task = try ImportMail(parameters)
            // Three steps lead past mailboxes that are through or empty; then at least one brings something.
            for _ in 0..<4 where result == nil { if case .done(let sentence) = try await task.step(in: context) { result = sentence } }
            if result != nil { #expect(context.progress.done == 9) }
            try #require(runs < 50)
        }
        #expect(result == "9 messages are imported into \(isMaildir ? "4 mailboxes" : "INBOX").")
        let found = try await Self.contents(house, account)
        if isMaildir {
            #expect(found == ["A 1", "A 4", "A 7", "INBOX 0", "INBOX 3", "INBOX 6", "Plain/Deep 2", "Plain/Deep 5", "Plain/Deep 8"])
        } else {
            #expect(found.count == 9 && Set(found).count == 9)
        }
        // Its note is forgotten when it is over, and not before.
        var kept = record
        for (state, notes) in [(TaskState.failed, 1), (.done, 0)] {
            kept.state = state
            try await house.state.keepTask(kept)
            _ = try await House.finish(TaskRunner(house.services), "expire")
            #expect(try await house.store.notedImports().count == notes)
        }
        await house.remove()
    }

    @Test func whatCannotComeIsAWarning() async throws {
        let house = try House()
        let account = try await house.account("alice")
        let root = house.folder + "/Maildir"
        try Self.write(
            [
                ("cur/1.a:2,ab", "one"), ("cur/2.b:2,", "two"), ("cur/folder:2,/x", "no message"),
                ("dovecot-keywords", "0 Work\n1 two words\n"),
                (".a\u{1}b/cur/3.c:2,", "three"),
            ], to: root)
        let record = try await House.finish(TaskRunner(house.services), "import", ["from": root, "account": "alice@postern.test"])
        #expect(record.state == .done && record.result == "2 messages are imported, 2 left out (see its warnings), into 2 mailboxes.")
        #expect(
            record.warnings == [
                "IMAP has no keyword like \"two words\"; messages in INBOX come without it.",
                "\(root)/cur/folder:2, cannot be read and is left out.",
                "a\u{1}b cannot be a mailbox's name here; its messages are left out.",
            ])
        #expect(try await Self.contents(house, account) == ["INBOX one Work", "INBOX two"])
        await house.remove()
    }

    /// The daemon dies behind its first step, then behind its second one, and so on, before that step's record is written: nothing that is
    /// left out goes unsaid.
    @Test func whatIsLeftOutIsSaidAlsoAfterADeath() async throws {
        let house = try House()
        let account = try await house.account("alice")
        let root = house.folder + "/Maildir"
        try Self.write(
            [
                ("cur/1.a:2,", "one"), ("cur/2.folder:2,/x", ""), ("cur/3.folder:2,/x", ""), ("cur/4.b:2,", "two"), ("cur/5.c:2,", "three"),
                ("cur/6.folder:2,/x", ""),
            ], to: root)
        let parameters = ["from": root, "account": "alice@postern.test"]
        var record = try await house.state.addTask("import", parameters: parameters, startedBy: "test", at: 1)
        var lives = 0
        var result: String?
        while result == nil {
            let context = TaskContext(record, house.services, .system)
            let task = try ImportMail(parameters)
            for step in 0...lives % 2 where result == nil {
                if step > 0 { context.save(to: &record) }
                if case .done(let sentence) = try await task.step(in: context) { result = sentence }
            }
            if result != nil { context.save(to: &record) }
            lives += 1
            try #require(lives < 50)
        }
        #expect(result == "3 messages are imported, 3 left out (see its warnings), into 1 mailbox.")
        #expect(record.warnings == [2, 3, 6].map { "\(root)/cur/\($0).folder:2, cannot be read and is left out." })
        #expect(try await Self.contents(house, account) == ["INBOX one", "INBOX two", "INBOX three"])
        await house.remove()
    }

    @Test func moreKeywordsThanAMailboxHasRoomFor() async throws {
        let house = try House()
        let account = try await house.account("alice")
        let text = (0..<6).map { mail in
            "From a Thu Jan  1 00:00:10 1970\nX-Keywords: " + (0..<10).map { "k\(mail * 10 + $0)" }.joined(separator: " ") + "\n\nbody\n\n"
        }
        try Data(text.joined().utf8).write(to: URL(fileURLWithPath: house.folder + "/mbox"))
        let record = try await House.finish(
            TaskRunner(house.services), "import", ["from": house.folder + "/mbox", "account": "alice@postern.test"])
        #expect(record.result == "6 messages are imported into INBOX.")
        #expect(record.warnings == ["INBOX has as many keywords as a mailbox can have; left out are k56, k57, k58, k59."])
        let found = try await Self.contents(house, account)
        #expect(found.count == 6 && found.last?.hasSuffix(" k50 k51 k52 k53 k54 k55") == true)
        await house.remove()
    }
}
