import Delivery
import MailCore
import MailSettings
import MailStore
import MailTesting
import Resolver
import Testing

/// From the queue to another server and back, over real sockets and real stores.
@Suite(.serialized) struct DispatcherTests {
    @Test func aMessageIsSentAtOnceAndLeavesTheQueue() async throws {
        let remote = try await RemoteServer()
        let house = try await House()
        try await house.route("remote.test", to: remote)
        try await house.send(to: ["bob@remote.test", "carol@remote.test"], "Return-Path: <x@y.test>\r\nSubject: hi\r\n\r\n.dot\r\n")
        #expect(try await house.queue == [])
        let received = remote.received
        #expect(received.count == 1)
        #expect(received.first?.mail.hasPrefix("<alice@postern.test> SIZE=") == true)
        #expect(received.first?.recipients == ["<bob@remote.test>", "<carol@remote.test>"])
        #expect(received.first?.text == "Subject: hi\r\n\r\n.dot\r\n")
        #expect(remote.dialogue.first == "EHLO mail.postern.test" && remote.dialogue.last == "QUIT")
        #expect(try await house.store.check().findings == [])
        await house.close()
        await remote.stop()
    }

    /// What each phase's trouble leaves in the queue, and what the sender hears.
    @Test(arguments: [
        Trouble("connect", "421 busy\r\n", "deferred 1 4.4.2 421 busy"),
        Trouble("connect", "554 go away\r\n", "deferred 1 4.4.2 554 go away"),
        Trouble("connect", "SSH-2.0\r\n", "deferred 1 4.5.0 The server's answer was no SMTP reply while waiting for the greeting."),
        Trouble("EHLO", "421 4.3.2 stopping\r\n", "deferred 1 4.3.2 421 4.3.2 stopping"),
        Trouble("MAIL", "451 4.7.1 later\r\n", "deferred 1 4.7.1 451 4.7.1 later"), Trouble("MAIL", "550 5.7.1 no\r\n", nil),
        Trouble("RCPT", "450 4.2.1 full\r\n", "deferred 1 4.2.1 450 4.2.1 full"), Trouble("RCPT", "550 5.1.1 who\r\n", nil),
        Trouble("RCPT", "552 too many\r\n", "deferred 1 4.0.0 552 too many"),
        Trouble("DATA", "451 no\r\n", "deferred 1 4.0.0 451 no"), Trouble("DATA", "554 5.7.1 no\r\n", nil),
        Trouble(".", "452 4.3.1 full\r\n", "deferred 1 4.3.1 452 4.3.1 full"), Trouble(".", "550 5.7.1 spam\r\n", nil),
        Trouble(
            ".", "250-a\r\n550 b\r\n", "deferred 1 4.5.0 The server's answer was no SMTP reply while waiting for the answer to the message."
        ),
        Trouble("RCPT", String(repeating: "250-x\r\n", count: 300), "deferred 1 4.5.0 The server said far too much while saying RCPT."),
        Trouble("EHLO", String(repeating: "x", count: 1 << 20), "deferred 1 4.5.0 The server said far too much while saying EHLO."),
        Trouble("connect", nil, "deferred 1 4.4.2 The connection was closed while waiting for the greeting."),
        Trouble("RCPT", nil, "deferred 1 4.4.2 The connection was closed while saying RCPT."),
        Trouble(".", nil, "deferred 1 4.4.2 The connection was closed while waiting for the answer to the message."),
    ])
    func everyPhase(trouble: Trouble) async throws {
        for pipelining in [true, false] {
            let remote = try await RemoteServer(offers: pipelining ? RemoteServer.offers : ["SIZE"]) { event, _ in
                guard event.hasPrefix(trouble.event) else { return nil }
                return trouble.answer.map { .sayAndClose($0) } ?? .close
            }
            let house = try await House()
            try await house.route("remote.test", to: remote)
            try await house.send(to: ["bob@remote.test"])
            #expect(try await house.queue == (trouble.left.map { ["bob@remote.test \($0)"] } ?? []), "pipelining: \(pipelining)")
            let inbox = try await house.inbox
            #expect(inbox.count == (trouble.left == nil ? 1 : 0))
            if trouble.left == nil { #expect(inbox.first?.contains("Diagnostic-Code: smtp; \(trouble.answer?.dropLast(2) ?? "")") == true) }
            await house.close()
            await remote.stop()
        }
    }

    @Test func eachRecipientHasItsOwnEnd() async throws {
        let remote = try await RemoteServer { event, _ in
            event.contains("late@") ? .say("450 4.2.1 later\r\n") : event.contains("gone@") ? .say("550 5.1.1 gone\r\n") : nil
        }
        let house = try await House()
        try await house.route("remote.test", to: remote)
        try await house.send(to: ["bob@remote.test", "late@remote.test", "gone@remote.test"])
        #expect(
            try await house.queue == [
                "bob@remote.test delivered 1 2.0.0 250 2.0.0 Taken", "late@remote.test deferred 1 4.2.1 450 4.2.1 later",
                "gone@remote.test bounced 1 5.1.1 550 5.1.1 gone",
            ])
        #expect(remote.received.first?.recipients == ["<bob@remote.test>"])
        let inbox = try await house.inbox
        #expect(inbox.count == 1 && inbox[0].contains("Final-Recipient: rfc822; gone@remote.test") && !inbox[0].contains("late@"))
        await house.close()
        await remote.stop()
    }

    /// Four days in moments: the tries, the one notice of the delay, and the end.
    @Test func fourDays() async throws {
        let remote = try await RemoteServer { event, _ in event == "connect" ? .sayAndClose("421 4.3.2 not today\r\n") : nil }
        let house = try await House()
        try await house.route("remote.test", to: remote)
        try await house.send(to: ["bob@remote.test"])
        var minutes = 0
        var tries: [Int] = [0]
        while try await !house.queue.isEmpty, minutes < 10_000 {
            minutes += 30
            let before = remote.connections
            await house.scan(after: .seconds(30 * 60))
            if remote.connections > before { tries.append(minutes) }
        }
        #expect(tries.prefix(5) == [0, 180, 360, 660, 960])
        #expect(minutes >= 5760 && minutes <= 6060)
        let inbox = try await house.inbox
        #expect(inbox.count == 2)
        #expect(inbox.first?.contains("Action: delayed") == true)
        #expect(inbox.last?.contains("Action: failed") == true && inbox.last?.contains("421 4.3.2 not today") == true)
        #expect(try await house.store.check().findings == [])
        await house.close()
        await remote.stop()
    }

    /// Nobody is told of a report, of a message without a sender, or of one that a program sent.
    @Test(
        arguments: [
            ("", "Subject: x\r\n\r\n", NotifySet(), 0), ("alice@postern.test", "Auto-Submitted: auto-replied\r\n\r\n", [], 0),
            ("alice@postern.test", "Subject: x\r\n\r\n", [.said], 0), ("alice@postern.test", "Subject: x\r\n\r\n", [.said, .failure], 1),
            ("nobody@postern.test", "Subject: x\r\n\r\n", [], 0), ("alice+tag@postern.test", "Subject: x\r\n\r\n", [], 1),
        ] as [(String, String, NotifySet, Int)])
    func whoIsTold(sender: String, text: String, notify: NotifySet, reports: Int) async throws {
        let remote = try await RemoteServer { event, _ in event.hasPrefix("RCPT") ? .say("550 5.1.1 no\r\n") : nil }
        let house = try await House()
        try await house.route("remote.test", to: remote)
        try await house.send(to: ["bob@remote.test"], text, from: sender, notify: notify)
        #expect(try await house.queue == [])
        #expect(try await house.inbox.count == reports)
        await house.close()
        await remote.stop()
    }

    @Test func aReportGoesOutToAStrangerFromNobody() async throws {
        let remote = try await RemoteServer { event, _ in event.contains("gone@") ? .say("550 5.1.1 no\r\n") : nil }
        let house = try await House()
        try await house.route("remote.test", "far.test", to: remote)
        try await house.send(to: ["gone@remote.test"], from: "sender@far.test")
        await house.settled()
        #expect(remote.received.map(\.recipients) == [["<sender@far.test>"]])
        #expect(remote.received.first?.mail.hasPrefix("<>") == true)
        #expect(remote.received.first?.text.hasPrefix("From: Mail Delivery System <postmaster@mail.postern.test>\r\n") == true)
        #expect(try await house.queue == [])
        await house.close()
        await remote.stop()
    }

    @Test func successIsToldWhenTheServerDoesNot() async throws {
        for (offers, reports) in [(RemoteServer.offers, 1), (RemoteServer.offers + ["DSN"], 0)] {
            let remote = try await RemoteServer(offers: offers)
            let house = try await House()
            try await house.route("remote.test", to: remote)
            try await house.send(to: ["bob@remote.test"], notify: [.said, .success])
            let inbox = try await house.inbox
            #expect(inbox.count == reports)
            #expect(reports == 0 || inbox[0].contains("Action: relayed"))
            #expect(remote.dialogue.contains("RCPT TO:<bob@remote.test> NOTIFY=SUCCESS") == (reports == 0))
            await house.close()
            await remote.stop()
        }
    }

    /// One connection for many messages to one server.
    @Test func aConnectionIsUsedAgain() async throws {
        let remote = try await RemoteServer()
        let house = try await House(["queue.max-connections-per-destination": "1"])
        // Nobody knows where these go.
        for number in 0..<30 {
            house.dns.set("d\(number).test", .mx, .init(.failed(.timeout)))
            try await house.send(to: ["u@d\(number).test"])
        }
        #expect(try await house.queue.count == 30)
        let all = try await house.store.read { try $0.queue(QueueFilter()).messages.flatMap { $0.recipients.map(\.id) } }
        #expect(try await house.store.reroute(all, to: Destination(host: "127.0.0.1", port: remote.peer.port)) == 30)
        await house.settled()
        #expect(remote.received.count == 30)
        // The window begins at two, and does not grow above the setting.
        #expect(remote.connections <= 2)
        await house.close()
        await remote.stop()
    }

    @Test(arguments: [
        (["PIPELINING", "CHUNKING", "8BITMIME"], 10), (["CHUNKING"], 10), (["PIPELINING", "CHUNKING"], 400_000), (["PIPELINING"], 400_000),
        ([], 10),
    ])
    func everyWayToSendAMessage(offers: [String], size: Int) async throws {
        let remote = try await RemoteServer(offers: offers)
        let house = try await House()
        try await house.route("remote.test", to: remote)
        let text = "Subject: x\r\n\r\n" + String(repeating: ".a line\r\n", count: size / 9 + 1)
        try await house.send(to: ["bob@remote.test"], text)
        #expect(remote.received.first?.text == text)
        #expect(remote.dialogue.contains { $0.hasPrefix("BDAT") } == offers.contains("CHUNKING"))
        await house.close()
        await remote.stop()
    }

    /// What the server does not offer and the message needs.
    @Test(
        arguments: [
            ("bob@remote.test", "Subject: Grüße\r\n\r\n", true, [], "5.6.7"),
            ("bob@remote.test", "Subject: Grüße\r\n\r\n", true, ["SMTPUTF8", "8BITMIME"], nil),
            ("bob@remote.test", "Subject: x\r\n\r\n", true, [], nil),
            ("bücher@remote.test", "Subject: x\r\n\r\n", true, ["8BITMIME"], "5.6.7"),
            ("bob@remote.test", "Subject: x\r\n\r\n", false, ["SIZE 5"], "5.3.4"),
        ] as [(String, String, Bool, [String], String?)])
    func whatAMessageNeeds(recipient: String, text: String, utf8: Bool, offers: [String], status: String?) async throws {
        let remote = try await RemoteServer(offers: offers)
        let house = try await House()
        try await house.route("remote.test", to: remote)
        try await house.send(to: [recipient], text, utf8: utf8)
        let inbox = try await house.inbox
        #expect(remote.received.isEmpty == (status != nil))
        if let status { #expect(inbox.first?.contains("Status: \(status)\r\n") == true) }
        await house.close()
        await remote.stop()
    }

    /// A server without 8BITMIME gets what has octets beyond ASCII encoded, or not at all. RFC 6152 §3
    @Test(
        arguments: [
            (
                "Subject: x\r\n\r\nGrüße -\r\n",
                "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\n"
                    + "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe -\r\n"
            ),
            ("Subject: Grüße\r\n\r\nx\r\n", "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n\r\nx\r\n"),
            ("To: Grüße\r\n\r\nx\r\n", nil),
            ("Content-Transfer-Encoding: 8bit\r\n\r\nx\r\n", "Content-Transfer-Encoding: 8bit\r\n\r\nx\r\n"),
            ("Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nü\r\n--b--\r\n", nil),
        ] as [(String, String?)])
    func aServerWithoutEightBits(text: String, wanted: String?) async throws {
        for offers in [["CHUNKING", "PIPELINING"], ["SIZE"]] {
            let remote = try await RemoteServer(offers: offers)
            let house = try await House()
            try await house.route("remote.test", to: remote)
            try await house.send(to: ["bob@remote.test"], text)
            #expect(remote.received.map(\.text) == [wanted].compactMap(\.self))
            if let wanted, offers == ["SIZE"] { #expect(remote.received.first?.mail == "<alice@postern.test> SIZE=\(wanted.utf8.count)") }
            #expect(try await house.inbox.allSatisfy { $0.contains("Status: 5.6.3\r\n") })
            #expect(try await house.inbox.count == (wanted == nil ? 1 : 0))
            await house.close()
            await remote.stop()
        }
    }

    /// The default relay: log-in, another sender, another charset. F23, F26, F27, F47
    @Test(arguments: [(["AUTH PLAIN LOGIN"], "AUTH PLAIN AHVzZXIAcGFzcw=="), (["AUTH LOGIN"], "AUTH LOGIN")])
    func relay(offers: [String], login: String) async throws {
        let remote = try await RemoteServer(offers: offers) { event, _ in
            event.hasPrefix("AUTH PLAIN")
                ? .say("235 2.7.0 Ok\r\n")
                : event == "AUTH LOGIN"
                    ? .say("334 VXNlcm5hbWU6\r\n")
                    : event == "dXNlcg=="
                        ? .say("334 UGFzc3dvcmQ6\r\n")
                        : event == "cGFzcw==" ? .say("235 2.7.0 Ok\r\n") : nil
        }
        let house = try await House([
            "relay.host": "127.0.0.1", "relay.port": "\(remote.peer.port)", "relay.auth": "on", "relay.user": "user",
            "relay.password": "pass",
            "relay.change-sender": "on", "relay.sender": "office@provider.test", "sending.recode-subject": "on",
            "smtp.helo-name": "gate.postern.test",
        ])
        try await house.send(to: ["bob@anywhere.test"], "From: Alice <alice@postern.test>\r\nSubject: =?iso-8859-1?Q?Gr=FCn?=\r\n\r\nx\r\n")
        #expect(remote.dialogue.first == "EHLO gate.postern.test" && remote.dialogue.contains(login))
        #expect(remote.received.first?.mail.hasPrefix("<office@provider.test>") == true)
        #expect(
            remote.received.first?.text
                == "From: Alice <office@provider.test>\r\nReply-To: Alice <alice@postern.test>\r\nSubject: =?UTF-8?B?R3LDvG4=?=\r\n\r\nx\r\n"
        )
        await house.close()
        await remote.stop()
    }

    @Test func aRelayThatRefusesTheLoginKeepsTheMailHere() async throws {
        let remote = try await RemoteServer(offers: ["AUTH PLAIN"]) { event, _ in event.hasPrefix("AUTH") ? .say("535 5.7.8 no\r\n") : nil }
        let house = try await House([
            "relay.host": "127.0.0.1", "relay.port": "\(remote.peer.port)", "relay.auth": "on", "relay.user": "u", "relay.password": "p",
        ])
        try await house.send(to: ["bob@anywhere.test"])
        #expect(try await house.queue == ["bob@anywhere.test deferred 1 4.7.8 535 5.7.8 no"])
        await house.close()
        await remote.stop()
    }

    /// A host that cannot be reached is asked once, not once for each message; when it is back they all go.
    @Test func aDeadHostIsLeftAlone() async throws {
        let remote = try await RemoteServer { event, _ in event == "connect" ? .close : nil }
        let house = try await House()
        try await house.route("remote.test", to: remote)
        for _ in 0..<5 { try await house.send(to: ["bob@remote.test"]) }
        #expect(remote.connections == 1)
        #expect(try await house.queue.count == 5)
        await house.close()
        await remote.stop()
    }

    @Test func aFallbackToTheNextHost() async throws {
        let remote = try await RemoteServer()
        let house = try await House()
        house.dns.setAddresses("two.test", ["127.0.0.9", "127.0.0.1"])
        try await house.route("remote.test", to: "two.test", port: remote.peer.port)
        try await house.send(to: ["bob@remote.test"])
        #expect(remote.received.count == 1)
        await house.close()
        await remote.stop()
    }

    /// IPv6 comes first, and IPv4 when nobody listens there.
    @Test func theOtherFamilyIsTried() async throws {
        let remote = try await RemoteServer()
        let house = try await House()
        house.dns.setAddresses("both.test", ["127.0.0.1", "::1"])
        try await house.route("remote.test", to: "both.test", port: remote.peer.port)
        try await house.send(to: ["bob@remote.test"])
        #expect(remote.received.count == 1)
        await house.close()
        await remote.stop()
    }

    /// The address of the host's family is taken; one that is not ours sends nothing.
    @Test(
        arguments: [
            ("127.0.0.7, 2001:db8::7", "127.0.0.7"), ("2001:db8::7", "127.0.0.1"), ("192.0.2.7", nil),
        ] as [(String, String?)])
    func fromWhere(sources: String, seen: String?) async throws {
        let remote = try await RemoteServer()
        let house = try await House(["sending.source-addresses": sources])
        try await house.route("remote.test", to: remote)
        try await house.send(to: ["bob@remote.test"])
        #expect(remote.peers.map(\.description) == (seen.map { [$0] } ?? []))
        let left = seen == nil ? ["bob@remote.test deferred 1 4.4.1 No connection: Cannot assign requested address."] : []
        #expect(try await house.queue == left)
        await house.close()
        await remote.stop()
    }

    @Test func withoutADomainItBounces() async throws {
        let house = try await House()
        house.dns.set("gone.test", .mx, .init(.noSuchName))
        house.dns.setExchangers("null.test", ["0 ."])
        house.dns.set("later.test", .mx, .init(.failed(.serverFailure)))
        try await house.send(to: ["a@gone.test", "b@null.test", "c@later.test"])
        let inbox = try await house.inbox
        #expect(inbox.count == 2)
        #expect(inbox.contains { $0.contains("Status: 5.1.2") } && inbox.contains { $0.contains("Status: 5.1.10") })
        #expect(try await house.queue.filter { $0.contains("later") }.map { $0.prefix(34) } == ["c@later.test deferred 1 4.4.3 The "])
        await house.close()
    }
}

struct Trouble: Sendable, CustomTestStringConvertible {
    let event: String
    /// `nil`: the connection is closed.
    let answer: String?
    /// `nil`: the message came back.
    let left: String?

    init(_ event: String, _ answer: String?, _ left: String?) {
        self.event = event
        self.answer = answer
        self.left = left
    }
    var testDescription: String { "\(event): \(answer?.prefix(40) ?? "close")" }
}
