import Foundation
import Housekeeping
import MailCore
import MailStore
import NIOCore
import StateStore
import Testing

/// `postern storage` and `postern drives` as an operator types them.
@Suite struct StorageCommandTests {
    private typealias Step = CommandTests.Step

    /// Plays a step; what changes from run to run is written as `<word>`.
    private static func play(_ steps: [Step], in house: House) async throws {
        let line = PosternCommand(socket: house.socket)
        for step in steps {
            let outcome = try await line.run(step.typed.replacing("FOLDER", with: house.folder))
            let shown = (outcome.code == 0 ? outcome.output : outcome.errors)
                .replacing(house.folder, with: "FOLDER").replacing(#/[0-9a-f]{8}-[0-9a-f-]{27}/#, with: "<id>")
                .replacing(#/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/#, with: "<time>")
                .replacing(#/[\d.]+ .iB free of [\d.]+ .iB/#, with: "<space>")
                .replacing(#/[\d.]+ .iB in (\d+) packs to copy, [\d.]+ .iB free, some [\dmsh ]+\./#) { "<size> in \($0.1) packs to copy." }
                .replacing(#/pause of \d+ ms/#, with: "pause of <some> ms")
                .replacing(#/\(move-store\) is \w+[^:.]*[:.].*/#, with: "(move-store) is <some state>")
                .replacing(#/(move-store|adopt-store)  (queued|running).*\n/#, with: "")
            #expect("\(outcome.code) \(shown)" == "\(step.code) \(step.printed)\n", "\(step.typed)")
        }
    }

    private static func deliver(_ count: Int, to name: String, _ store: MailStore, _ account: AccountID) async throws {
        let address = try #require(MailAddress("\(name)@example.org"))
        for n in 0..<count {
            let message = store.newMessage()
            try await message.append(ByteBuffer(string: "Subject: \(n)\r\n\r\nhello\r\n"))
            try await store.deliver(message, to: [LocalRecipient(account: account, address: address)])
        }
    }

    private static func account(_ name: String, in house: House) async throws -> Account {
        let domain = try #require(Domain("example.org"))
        if !house.state.directory.isLocal(domain) { try await house.state.addDomain(domain) }
        let account = try await house.state.addAccount(
            address: try #require(MailAddress("\(name)@example.org")), password: Array("x".utf8), iterations: 1)
        try await house.store.provision(account.id, address: account.address, folders: [])
        return account
    }

    @Test func aMoveThereAndBack() async throws {
        try await House.open { house in
            let alice = try await Self.account("alice", in: house)
            try await Self.deliver(3, to: "alice", house.store, alice.id)
            let drive = house.folder + "/drive"
            try FileManager.default.createDirectory(atPath: drive, withIntermediateDirectories: false)
            try await Self.play(
                [
                    Step(
                        "storage status",
                        """
                        Mail:        FOLDER/mail
                        State:       ready
                        Drive:       <space>
                        Generation:  1
                        """),
                    Step("storage undo", 1, "Error: Nothing is left of an earlier place; there is no move to undo."),
                    Step("storage discard-old", 1, "Error: There is no old copy of the mail."),
                    Step(
                        "storage move FOLDER/drive", 1,
                        "Error: FOLDER/drive is on the drive that the mail is on already; say --same-drive if this is meant."),
                    Step("storage move FOLDER/mail --same-drive", 1, "Error: The mail is in FOLDER/mail already."),
                    Step(
                        "storage move FOLDER/nowhere", 1,
                        """
                        Error: FOLDER/nowhere is no folder that can be opened: No such file or directory; make it, or name the folder that \
                        the drive is mounted on.
                        """),
                    Step(
                        "storage move FOLDER/drive --adopt --same-drive", 1,
                        "Error: There is no other mail store in FOLDER/drive to adopt."),
                    Step("storage move FOLDER/drive --same-drive --dry-run", "<size> in 1 packs to copy."),
                    Step(
                        "storage move FOLDER/drive --same-drive --wait",
                        """
                        Task 1 (move-store) does it; "postern tasks watch 1" shows it.
                        Task 1 (move-store) is <some state>
                        """),
                    Step(
                        "storage status",
                        """
                        Mail:        FOLDER/drive
                        State:       ready
                        Drive:       <space>
                        Generation:  2
                        Old copy:    FOLDER/mail, since <time>
                        """),
                    Step(
                        "storage undo --limit fast", 1,
                        "Error: \"fast\" is no rate; write it like 20MB or 20MiB, at least 1KiB a second, or none."),
                    Step("storage undo --limit 200MB --wait", "Task 2 (move-store) is <some state>\nTask 2 (move-store) is <some state>"),
                    Step("storage discard-old", "The old copy in FOLDER/drive is removed."),
                    Step(
                        "storage status",
                        """
                        Mail:        FOLDER/mail
                        State:       ready
                        Drive:       <space>
                        Generation:  3
                        """),
                ], in: house)
            #expect(!FileManager.default.fileExists(atPath: drive + "/postern-mail"))
            #expect(house.store.folder == house.folder + "/mail")
            #expect(try await house.state.task(2)?.limit == 200_000_000)
        }
    }

    /// F37: it is said before what both sides hold.
    @Test func anotherStoreOnTheNewDrive() async throws {
        try await House.open { other in
            let theirs = try await Self.account("alice", in: other)
            let stranger = try await Self.account("zoe", in: other)
            try await Self.deliver(2, to: "alice", other.store, theirs.id)
            try await Self.deliver(1, to: "zoe", other.store, stranger.id)
            await other.store.close()
            try await House.open { house in
                let alice = try await Self.account("alice", in: house)
                _ = try await Self.account("bob", in: house)
                try await Self.deliver(4, to: "alice", house.store, alice.id)
                try FileManager.default.moveItem(atPath: other.folder + "/mail", toPath: house.folder + "/found")
                let both = """
                    Another mail store (<id>) lies in FOLDER/found: 3 messages of 2 accounts.
                    Used now: 4 messages of 2 accounts.
                    With --adopt the mail there is used in place of the mail used now. Nothing is copied and nothing is overwritten: the mail \
                    used now stays where it is, and "postern storage undo" goes back to it.
                      zoe@example.org: 1 message there, no account here; kept apart
                      alice@example.org: 2 messages there, 4 here
                      bob@example.org: no mail there, gets new folders
                    """
                try await Self.play(
                    [
                        Step(
                            "storage move FOLDER/found --same-drive", 1,
                            "Error: FOLDER/found holds another mail store; --adopt uses it as it is.\n" + both),
                        Step("storage move FOLDER/found --adopt --dry-run", both),
                    ], in: house)
            }
        }
    }

    /// What an adoption or a restore has left is mail that is nowhere else.
    @Test func mailThatWasUsedBefore() async throws {
        try await House.open { other in
            let theirs = try await Self.account("alice", in: other)
            try await Self.deliver(2, to: "alice", other.store, theirs.id)
            await other.store.close()
            try await House.open { house in
                let before = house.folder + "/before"
                try FileManager.default.moveItem(atPath: other.folder + "/mail", toPath: before)
                let left = try #require(try StoreIdentity.found(in: before))
                var home = try #require(try house.state.mailHome())
                home.old = MailHome.OldCopy(path: before, store: left.store, generation: left.generation, moved: 1_700_000_000)
                try house.state.setMailHome(home)
                try await Self.play(
                    [
                        Step(
                            "storage status",
                            """
                            Mail:        FOLDER/mail
                            State:       ready
                            Drive:       <space>
                            Generation:  1
                            Before:      FOLDER/before, since <time>
                            """),
                        Step(
                            "storage discard-old", 1,
                            "Error: In FOLDER/before is the mail that was used before, and nothing of it is in the mail used now; "
                                + "say --other-mail to remove it for ever."),
                        Step("storage discard-old --other-mail", "The mail in FOLDER/before is removed."),
                        Step("storage undo", 1, "Error: Nothing is left of an earlier place; there is no move to undo."),
                    ], in: house)
                #expect(!FileManager.default.fileExists(atPath: before + "/postern-mail"))
            }
        }
    }

    @Test func drivesSayWhyTheyCannotHoldMail() async throws {
        try await House.open { house in
            let shown = try await PosternCommand(socket: house.socket).run("drives")
            let rows = shown.output.split(separator: "\n")
            #expect(rows.first?.split(separator: " ").joined(separator: " ") == "PATH DEVICE TYPE SIZE FREE INODES MAIL")
            #expect(rows.contains { $0.hasSuffix("in use") })
            // Every Linux that runs tests has one.
            #expect(rows.contains { $0.hasSuffix("unsuitable: It is in memory, and gone after a restart.") })
        }
    }
}
