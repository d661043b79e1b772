import Testing

@testable import MailTesting

@Suite struct PatternTests {
    @Test(arguments: [
        ("250 *", "250 Ok", true), ("250 *", "250 ", true), ("250 *", "250", false), ("250 Ok", "250 Ok.", false), ("*", "", true),
        ("* 1 EXISTS", "* 1 EXISTS", true), ("* 1 EXISTS", "** 1 EXISTS", false), ("* * EXISTS", "* 12 EXISTS", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-b-b", false), ("", "", true), ("", "x", false), ("(\\Seen $Forwarded)", "(\\Seen $Forwarded)", true),
        ("x$1", "x$1", true), ("$(ab*3)c*", "abababc", true), ("$(ab*3)", "abab", false), ("$(x", "$(x", true),
    ])
    func compares(pattern: String, line: String, isMatch: Bool) {
        var captures: [String: [UInt8]] = [:]
        #expect(Pattern(pattern, isResponse: true).matches(Array(line.utf8), &captures) == isMatch)
        #expect(captures.isEmpty)
    }

    @Test(arguments: [
        ("a OK [APPENDUID $v $uid] *", "a OK [APPENDUID 17 4] done", ["v": "17", "uid": "4"]), ("as $id", "as 25wy", ["id": "25wy"]),
        ("$known $new", "kept x", ["new": "x"]), ("$mailFlag $x", "$mailFlag a", ["x": "a"]), ("$x:*,$y.", "1:9,2.", ["x": "1", "y": "2"]),
        ("$known", "other", nil), ("$x", "", nil), ("$x$y", "abc", ["x": "ab", "y": "c"]),
        ("($x)", "(a b)", nil),
        ("$x=$x", "ab=ab", ["x": "ab"]), ("$x=$x", "ab=ac", nil),
    ])
    func captures(pattern: String, line: String, found: [String: String]?) {
        var captures = ["known": Array("kept".utf8)]
        let isMatch = Pattern(pattern).matches(Array(line.utf8), &captures)
        captures["known"] = nil
        #expect((isMatch ? captures.mapValues { String(decoding: $0, as: UTF8.self) } : nil) == found)
    }

    @Test(arguments: [
        ("EHLO x", "EHLO x"), ("a\\r\\nb", "a\r\nb"), ("\\x41\\x0a", "A\n"), ("\\Seen \\xZZ \\", "\\Seen \\xZZ \\"), ("$(ab*3)", "ababab"),
        ("$(\\x41*2)-$(x*0)", "AA-"), ("FETCH $uid", "FETCH 7"), ("+FLAGS ($Forwarded)", "+FLAGS ($Forwarded)"),
    ])
    func clientsSay(source: String, octets: String) throws {
        #expect(try ClientText(source).octets(["uid": [55]]) == Array(octets.utf8))
    }

    @Test(arguments: ["$unknown", "$(x)", "$(x*y)", "$(x*99999999)", "$(x*-1)"])
    func clientsCannotSay(source: String) { #expect((try? ClientText(source).octets([:])) == nil) }
}

@Suite struct TranscriptTests {
    @Test(arguments: [
        ("X: hello", "t:1 \"X:\" is not known"), ("\nwait soon", "t:2 a time is written 500ms, 30s, 5m"),
        ("given: smtp.port 25", "t:1 given: KEY = VALUE, or domain, account, alias, message, strangers"),
        ("...\nC: x", "t:2 an S: line must follow ..."),
        ("S: x\n...", "t:1 an S: line must follow ..."), ("| x", "t:1 nobody has spoken yet"),
        ("connect nntp", "t:1 connect smtp, or submission, or smtps, or imap, or imaps, or pop3, or pop3s"),
        ("connect imap to C2", "t:1 connect imap [as C2] [for alice]"), ("close X", "t:1 a connection is C, C1, C2 …"),
        ("mailbox alice: 1", "t:1 mailbox ACCOUNT NAME: COUNT, or none"),
        ("mailbox alice INBOX: many", "t:1 mailbox ACCOUNT NAME: COUNT, or none"),
        ("journal: nonsense", "t:1 journal: [no] EVENT [FIELD=PATTERN …] [\"SENTENCE\"], with an event of the vocabulary"),
        ("given: message alice INBOX", "t:1 a message is written below it, with bars"), ("ssl", "t:1 \"ssl\" is not known"),
        ("S!: x", "t:1 \"S!:\" is not known"),
    ])
    func saysWhatIsWrong(text: String, sentence: String) {
        do throws(TranscriptError) {
            _ = try TranscriptParser.parse(text, name: "t", service: .smtp)
            Issue.record("read \(text)")
        } catch {
            #expect(error.description == sentence)
        }
    }

    /// Played against the real server: what a failure says.
    @Test(arguments: [
        ("C: EHLO x\nS: 250 *\nC: NOOP\nS: 552 5.3.4 *", "t.smtp:4 wanted 552 5.3.4, server said 250 2.0.0 Ok"),
        ("C: EHLO x\nS: 250-NONSENSE *\nS: 250 *", "t.smtp:2 wanted 250-NONSENSE, server said 250-*"),
        ("C: QUIT\nclosed", "t.smtp:2 wanted the connection closed, server said 221 *"),
        ("C: QUIT\nS: 221 *\nS: 250 *", "t.smtp:3 wanted 250, server closed the connection"),
        ("C: NOOP\nsilent", "t.smtp:2 wanted silence, server said 250 *"),
        ("C: NOOP $id", "t.smtp:1 $id was not captured before"), ("given: smtp.nonsense = 1\nC: NOOP", "t.smtp:1 *smtp.nonsense*"),
        ("mailbox alice INBOX: 1 message", "t.smtp:1 wanted 1 message in INBOX of alice, found 0 messages"),
        (
            "mailbox alice Nowhere: none\nmailbox alice INBOX: none",
            "t.smtp:2 wanted no such mailbox in INBOX of alice, found 0 messages"
        ),
        (
            "given: message alice INBOX\n| A: b\n|\n| x\nmailbox alice INBOX: 1\n| A: b\n|",
            "t.smtp:7 wanted the message's end, it goes on with x"
        ),
        ("given: message alice INBOX\n| A: b\nmailbox alice INBOX: 1\n| A: c", "t.smtp:4 wanted A: c, the message has A: b"),
        ("journal: no listening", "t.smtp:1 wanted no line with listening, the journal has *"),
        ("given: alias x -> nobody", "t.smtp:1 x@postern.test cannot lead to nobody*"),
    ])
    func saysWhatDoesNotHold(text: String, failure: String) async throws {
        let player = try await Player(try TranscriptParser.parse(text, name: "t.smtp", service: .smtp), service: .smtp)
        do {
            try await player.play()
            Issue.record("held: \(text)")
        } catch {
            var captures: [String: [UInt8]] = [:]
            #expect(Pattern(failure).matches(Array("\(error)".utf8), &captures), "\(error)")
        }
    }
}
