import Foundation
import Host
import MailCore
import MailSettings
import MailStore
import StateStore
import Testing

@testable import LocalIntake

/// What becomes of letters that programs of this machine drop.
struct LetterBoxTests {
    @Test func aLetterToAnAccountOfThatName() async throws {
        let world = try await World()
        try world.drop(
            "Subject: hi\n\nline\n.\nlong \(String(repeating: "x", count: 3000))\nümlaut\n", to: "alice", fullName: "Cron Daemon")
        await world.box().look()
        #expect(world.letters.isEmpty)
        let inbox = try await world.inbox()
        let text = try #require(inbox.first)
        let shown = text.replacing(#/id \w+;\r\n\t.*\r\n/#, with: "id ID;\r\n\tDATE\r\n").replacing(
            #/Date: .*\r\n/#, with: "Date: DATE\r\n"
        )
        .replacing(#/Message-ID: <\w+@/#, with: "Message-ID: <ID@")
        #expect(
            shown == """
                Return-Path: <root@gw.example>\r
                Received: by gw.example (Postern, from userid \(getuid())) id ID;\r
                \tDATE\r
                From: "Cron Daemon"\r
                 <root@gw.example>\r
                Subject: hi\r
                Date: DATE\r
                Message-ID: <ID@gw.example>\r
                \r
                line\r
                .\r
                long \(String(repeating: "x", count: 3000))\r
                ümlaut\r

                """)
        #expect(world.said() == ["info message-accepted: A message of this machine is stored."])
    }

    @Test func rootsMailWaitsUntilSomebodyHasIt() async throws {
        let world = try await World()
        let box = world.box()
        try world.drop("Subject: one\n\n", to: "root")
        try world.drop("Subject: two\n\n", to: "www-data", "alice@example.org")
        try world.drop("Subject: three\n\n", to: "root@gw.example")
        await box.look()
        await box.look()
        #expect(world.letters.count == 3)
        #expect(try await world.inbox().count == 1)
        let sentence = """
            3 letters of this machine wait: root has no mailbox. Say where its mail goes with "postern alias add root@DOMAIN ADDRESS".
            """
        #expect(box.sentences == [sentence])
        #expect(world.said().filter { $0.contains("message-held") } == ["warning message-held: \(sentence)"])
        // Another daemon finds them as they are, and does not give alice hers again.
        let next = world.box()
        await next.look()
        #expect(try await world.inbox().count == 1)

        _ = try await world.state.addAlias(MailAddress("root@example.org")!, targets: [MailAddress("alice@example.org")!])
        await next.look()
        #expect(world.letters.isEmpty)
        #expect(next.sentences.isEmpty)
        #expect(try await world.inbox().count == 4)
    }

    @Test func whoeverWritesToNobodyHearsOfIt() async throws {
        let world = try await World()
        let box = world.box()
        try world.drop("Subject: lost\n\nbody\n", from: "alice@example.org", to: "nobody-here", "alice", "x@example.org")
        await box.look()
        await box.look()
        #expect(world.letters.isEmpty)
        let inbox = try await world.inbox()
        #expect(inbox.count == 2)
        let report = try #require(inbox.first { $0.contains("multipart/report") })
        #expect(report.hasPrefix("Return-Path: <>\r\n"))
        #expect(report.contains("Final-Recipient: rfc822; nobody-here@gw.example\r\n"))
        #expect(report.contains("Final-Recipient: rfc822; x@example.org\r\n"))
        #expect(!report.contains("Final-Recipient: rfc822; alice"))
        #expect(report.contains("Subject: lost\r\n\r\nbody\r\n"))
    }

    @Test func mailForOthersGoesToTheQueue() async throws {
        let world = try await World()
        try world.drop("Subject: out\nBcc: secret@example.net\n\n\u{fc}", to: "bob@example.net", "alice@example.org")
        await world.box().look()
        #expect(try await world.inbox().count == 1)
        let page = try await world.store.read { try $0.queue(QueueFilter(), limit: 10) }
        let queued = try #require(page.messages.first)
        #expect(queued.sender.description == "root@gw.example")
        #expect(queued.is8Bit)
        #expect(queued.recipients.map { "\($0.address)" } == ["bob@example.net"])
        #expect(try await !world.inbox()[0].contains("secret"))
    }

    @Test func whatIsNoLetterIsTakenAway() async throws {
        let world = try await World()
        let box = world.box()
        let path = world.drop.path
        try "hello".write(toFile: path + "/mail-foul", atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: path + "/mail-link", withDestinationPath: "/etc/passwd")
        try FileManager.default.createDirectory(atPath: path + "/mail-folder", withIntermediateDirectories: false)
        #expect(mkfifo(path + "/mail-pipe", 0o666) == 0)
        let twin = try world.drop("Subject: twin\n\n", to: "alice")
        #expect(link("\(path)/mail-\(twin)", "\(world.folder)/twin") == 0)
        try "half".write(toFile: path + "/new-half", atomically: false, encoding: .utf8)
        await box.look()
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["new-half"])
        #expect(try await world.inbox().isEmpty)
        #expect(world.said().count == 5)
    }

    @Test func aMessageThatIsTooLarge() async throws {
        let world = try await World(["smtp.max-message-size": "1MiB"])
        let box = world.box()
        try world.drop("Subject: big\n\n" + String(repeating: "0123456789abcde\n", count: 70_000), from: "alice@example.org", to: "alice")
        await box.look()
        await box.look()
        let inbox = try await world.inbox()
        #expect(inbox.count == 1)
        #expect(inbox[0].contains("Status: 5.3.4\r\n"))
        #expect(world.letters.isEmpty)
    }

    @Test func aNameBeyondASCII() {
        let field = String(decoding: Intake.from("Jürgen \"J\"", MailAddress("j@gw.example")!), as: UTF8.self)
        #expect(field.hasPrefix("From: =?UTF-8?"))
        #expect(field.hasSuffix("?=\r\n <j@gw.example>\r\n"))
        #expect(
            String(decoding: Intake.from("a\"b", MailAddress("j@gw.example")!), as: UTF8.self) == "From: \"a\\\"b\"\r\n <j@gw.example>\r\n")
        #expect(String(decoding: Intake.from("", MailAddress("j@gw.example")!), as: UTF8.self) == "From: j@gw.example\r\n")
    }

    @Test(arguments: [
        ("alice", "here alice@example.org"), ("ALICE+x", "here alice@example.org"), ("root", "waits"), ("www-data", "waits"),
        ("postmaster", "here alice@example.org"), ("ghost", "refused 5.1.1"), ("root@localhost", "waits"),
        ("ghost@gw.example", "refused 5.1.1"),
        ("ghost@example.org", "refused 5.1.1"), ("root@example.org", "waits"), ("x@example.net", "elsewhere x@example.net"),
    ])
    func ways(name: String, way: String) async throws {
        let world = try await World()
        let names = LocalNames(
            directory: world.state.directory, settings: world.settings.current, hostname: "gw.example",
            isUser: { ["www-data"].contains($0) })
        let found =
            switch names.way(to: DropName(name)!) {
            case .waits: "waits"
            case .refused(let status, _): "refused \(status)"
            case .leads(let accounts, let others): accounts.isEmpty ? "elsewhere \(others[0])" : "here \(accounts[0].address)"
            }
        #expect(found == way)
    }
}
