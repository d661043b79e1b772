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

    /// A crash between two commits: what is there is not taken again.
    @Test func aResumedImportTakesNothingTwice() async throws {
        let house = try House()
        let account = try await house.account("alice")
        let inbox = try #require(try await house.store.read { try $0.mailbox("INBOX", of: account.id)?.id })
        let owner = LocalRecipient(account: account.id, address: account.address)
        let messages = (0..<50).map {
            ImportedMessage(octets: Array("\($0)".utf8), flags: [], keywords: [], internalDate: 1, place: String(1000 + $0))
        }
        try await house.store.importMessages(Array(messages[..<30]), to: inbox, of: owner, as: "1/0")
        #expect(try await house.store.importPlace("1/0") == "1029")
        try await house.store.forgetImport("1/0")
        #expect(try await house.store.importPlace("1/0") == nil)
        #expect(try await house.store.read { try $0.uids(in: inbox) } == Array(1...30))
        await house.remove()
    }
}
