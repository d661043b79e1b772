import MailCore
import MailStore
import NIOCore
import StateStore
import Testing

/// `postern trace`, as an operator reads it.
@Suite struct TraceCommandTests {
    @Test func screens() async throws {
        try await House.open { house in
            try await house.state.addDomain(try #require(Domain("example.org")))
            let origin = MessageOrigin(
                sender: .address(try #require(MailAddress("ann@far.test"))), recipients: ["alice@example.org"], peer: "192.0.2.1",
                helo: "client.example", transport: "ESMTPSA", cipher: "TLS_AES_128_GCM_SHA256", submitter: "ann@example.org")
            let message = try await house.enqueue(to: ["bob@remote.example", "carol@other.example"], origin: origin)
            let line = PosternCommand(socket: house.socket)
            try await house.settle(message)
            let plain = house.store.newMessage()
            try await plain.append(ByteBuffer(string: "not traced"))
            let account = try await house.state.addAccount(
                address: try #require(MailAddress("alice@example.org")), password: Array("x".utf8), iterations: 4096)
            try await house.store.deliver(plain, to: [LocalRecipient(account: account.id, address: account.address)])
            func shown(_ words: String) async throws -> String {
                let outcome = try await line.run(words)
                #expect(outcome.code == 0, "\(outcome.errors)")
                return outcome.output.replacing(#/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/#, with: "<time>")
                    .replacing("\(message)", with: "<message>").replacing("\(plain.id)", with: "<plain>")
                    .replacing(#/(told +the sender, in message) \w+/#, with: { "\($0.1) <report>" })
            }
            let wanted = """
                Message:  <message>
                From:     ann@far.test
                To:       alice@example.org
                Came:     from client.example [192.0.2.1] by ESMTPSA, TLS_AES_128_GCM_SHA256, logged in as ann@example.org
                Size:     15 B

                <time>  accepted
                <time>  queued    for bob@remote.example, carol@other.example
                <time>  bounced   bob@remote.example: by mx.remote.example [192.0.2.9]: 5.1.1 550 no such user
                <time>  told      the sender, in message <report>
                <time>  held      carol@other.example
                now                   bounced   bob@remote.example
                now                   held      carol@other.example

                """
            #expect(try await shown("trace \(message)") == wanted)
            #expect(try await shown("trace ANN@far.test --limit 5") == "\(wanted)")
            #expect(
                try await shown("trace \(plain.id)") == """
                    Message:  <plain>
                    Size:     10 B

                    <time>  stored
                    now                   kept    INBOX of alice@example.org

                    """)
            let json = try await line.run("trace carol@other.example --json").output
            #expect(json.contains("\"isTraced\" : true") && json.contains("\"event\" : \"bounced\""))
            let nobody = try await line.run("trace nobody@nowhere.example")
            #expect(nobody.code == 1)
            let nothing = try await line.run(["trace", ""])
            #expect(nothing.errors == "Error: Say whose life: a message as queue list names it, a Message-ID, or an address.\n")
            #expect(
                nobody.errors == "Error: Nothing is known of nobody@nowhere.example; messages are remembered for 14 days (trace.keep).\n")
        }
    }
}

extension House {
    /// The first recipient is refused and its sender told; the second is held.
    fileprivate func settle(_ message: MessageID) async throws {
        let recipients = try await store.read { try $0.queue(QueueFilter(message: message)).messages.flatMap(\.recipients) }
        let report = store.newMessage()
        try await report.append(ByteBuffer(string: "a report"))
        let queue = OutgoingEnvelope(sender: .nobody, recipients: [OutgoingRecipient(try #require(MailAddress("x@far.test")))])
        try await store.settle(
            message,
            [
                Settlement(
                    recipient: recipients[0].id, .bounced,
                    TryOutcome(
                        status: EnhancedStatus(5, 1, 1), remote: "mx.remote.example [192.0.2.9]", words: "550 no such user", isReply: true))
            ],
            notice: MailStore.Notice(
                report, to: [], queue: queue, origin: MessageOrigin(sender: .nobody, recipients: ["x@far.test"], about: message)))
        _ = try await store.hold([recipients[1].id])
    }
}
