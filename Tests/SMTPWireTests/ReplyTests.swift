import MailCore
import SMTPWire
import Testing

@Suite struct ReplyTests {
    @Test func oneLineGetsItsEnd() {
        let reply = Reply("250 2.1.0 Sender ok")
        #expect(reply.octets == Array("250 2.1.0 Sender ok\r\n".utf8))
        #expect(reply.kind == 2)
        #expect(!reply.isRefusal)
        #expect(!reply.endsSession)
    }

    @Test func oneLineMayEndWithAWord() {
        #expect(Reply("250 2.0.0 Ok: stored as ", "abc").description == "250 2.0.0 Ok: stored as abc")
        #expect(Reply("250 2.0.0 Ok: stored as ", "abc").octets.suffix(2) == [13, 10])
    }

    @Test func severalLinesCarryTheStatus() {
        let reply = Reply(214, EnhancedStatus(2, 0, 0), ["one", "two"], endsSession: true)
        #expect(reply.description == "214-2.0.0 one\r\n214 2.0.0 two")
        #expect(reply.endsSession)
    }

    @Test func nothingThatIsMadeUpBreaksALine() {
        #expect(Reply(550, nil, ["a\r\n250 b\u{0}"]).description == "550 a??250 b?")
    }

    @Test func silenceIsSilent() {
        #expect(Reply.silence.octets.isEmpty)
        #expect(Reply.silence.description.isEmpty)
        #expect(Reply.silence.kind == 0)
        #expect(Reply.silence.endsSession)
    }

    @Test func sameWordsAreTheSameReply() {
        #expect(Reply("550 5.1.1 No") == Reply(550, EnhancedStatus(5, 1, 1), ["No"]))
        #expect(Reply("550 5.1.1 No") != Reply("550 5.1.1 No", endsSession: true))
        #expect(Reply("550 5.1.1 No").isRefusal)
    }
}

@Suite struct TraceTests {
    private func trace(
        _ helo: String, peer: String, _ transport: Trace.Transport, recipient: ForwardPath? = nil, sender: ReversePath = .nobody
    ) throws -> String {
        var name = Scanner(helo)
        let trace = Trace(
            sender: sender, helo: try HeloName(parsing: &name), peer: try #require(IPAddress(peer)), host: "mx.example.org",
            transport: transport,
            id: MessageID(31), recipient: recipient, date: "Fri, 21 Nov 2025 10:00:00 +0000")
        return String(decoding: trace.octets, as: UTF8.self)
    }

    @Test func oneRecipientIsNamed() throws {
        let text = try trace(
            "client.example", peer: "192.0.2.1", .init(isExtended: true, isUTF8: false),
            recipient: .address(try #require(MailAddress("bob@example.org"))),
            sender: .address(try #require(MailAddress("\"a b\"@x.example"))))
        #expect(
            text == """
                Return-Path: <"a b"@x.example>\r
                Received: from client.example ([192.0.2.1])\r
                \tby mx.example.org with ESMTP id 10\r
                \tfor <bob@example.org>;\r
                \tFri, 21 Nov 2025 10:00:00 +0000\r\n
                """)
    }

    @Test func severalAreNot() throws {
        let transport = Trace.Transport(isExtended: true, cipher: "TLS_AES_256_GCM_SHA384", isAuthenticated: true, isUTF8: true)
        let text = try trace("[IPv6:::1]", peer: "::1", transport)
        #expect(
            text == """
                Return-Path: <>\r
                Received: from [IPv6:::1] ([IPv6:::1])\r
                \tby mx.example.org with UTF8SMTPSA id 10\r
                \ttls TLS_AES_256_GCM_SHA384;\r
                \tFri, 21 Nov 2025 10:00:00 +0000\r\n
                """)
    }

    /// RFC 3848, RFC 6531 §4.3
    @Test(arguments: [
        (false, false, false, false, "SMTP"), (true, false, false, false, "ESMTP"), (true, true, false, false, "ESMTPS"),
        (true, false, true, false, "ESMTPA"), (true, true, true, false, "ESMTPSA"), (true, false, false, true, "UTF8SMTP"),
        (true, true, false, true, "UTF8SMTPS"), (true, false, true, true, "UTF8SMTPA"), (true, true, true, true, "UTF8SMTPSA"),
    ])
    func transportHasItsWord(extended: Bool, encrypted: Bool, authenticated: Bool, utf8: Bool, word: String) {
        let transport = Trace.Transport(
            isExtended: extended, cipher: encrypted ? "X" : nil, isAuthenticated: authenticated, isUTF8: utf8)
        #expect(transport.keyword == word)
    }
}
