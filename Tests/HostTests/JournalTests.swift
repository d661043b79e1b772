import Logging
import Testing

@testable import Host

struct JournalTests {
    static let accepted = JournalFact(
        level: .info, message: "message accepted",
        metadata: [
            "peer": "192.0.2.1:4711", "event": "message-accepted", "message": "4xk9", "account": "alice@example.org", "queue-time": "3 ms",
            "bytes": .stringConvertible(4096),
        ])

    private func fields(of fact: JournalFact, program: String) -> [String] {
        let (octets, lengths) = fact.fields(program: program)
        var rest = octets[...]
        return lengths.map { length in
            defer { rest = rest.dropFirst(length) }
            return String(decoding: rest.prefix(length), as: UTF8.self)
        }
    }

    @Test func nativeFields() {
        let golden = """
            MESSAGE=message accepted
            PRIORITY=6
            SYSLOG_IDENTIFIER=posternd
            POSTERN_EVENT=message-accepted
            POSTERN_MESSAGE=4xk9
            POSTERN_PEER=192.0.2.1:4711
            POSTERN_ACCOUNT=alice@example.org
            POSTERN_BYTES=4096
            POSTERN_QUEUE_TIME=3 ms
            """
        #expect(fields(of: Self.accepted, program: "posternd").joined(separator: "\n") == golden)
    }

    @Test func readableLine() {
        let golden = """
            2026-01-02T03:04:05.006Z info: message accepted event=message-accepted message=4xk9 peer=192.0.2.1:4711 \
            account=alice@example.org bytes=4096 queue-time="3 ms"

            """
        #expect(Self.accepted.line(at: JournalOutlet.time(seconds: 1_767_323_045, milliseconds: 6)) == Array(golden.utf8))
    }

    @Test(arguments: [
        (Logger.Level.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
    ])
    func priorities(level: Logger.Level, priority: Int) {
        #expect(JournalFact(level: level, message: "", metadata: [:]).priority == priority)
    }

    /// What a peer said can neither begin a line of its own nor reach the terminal.
    @Test(arguments: [
        ("plain text, ünïcode", "plain text, ünïcode"),
        ("two\r\nlines", "two\\r\\nlines"),
        ("\u{1b}[31mred\u{7f}", "\\x1b[31mred\\x7f"),
        ("a\0b\tc", "a\\x00b\\tc"),
        ("c1 \u{9b}31m", "c1 \\x9b31m"),
        ("evil\u{202e}gpj.exe\u{2028}", "evil\\u{202e}gpj.exe\\u{2028}"),
    ])
    func escaping(text: String, golden: String) {
        #expect(JournalText.escaped(text) == golden)
        let forged = JournalFact(level: .info, message: text, metadata: ["peer": "\(text)"])
        #expect(fields(of: forged, program: "p")[0] == "MESSAGE=\(golden)")
        #expect(forged.line(at: "now").filter { $0 < 32 } == [UInt8(ascii: "\n")])
    }

    @Test(arguments: [
        ("word", "word"), ("", "\"\""), ("two words", "\"two words\""), ("a=b", "\"a=b\""), ("say \"hi\"", "\"say \\\"hi\\\"\""),
        ("line\nfeed", "\"line\\nfeed\""),
    ])
    func quoting(text: String, golden: String) { #expect(JournalText.quoted(text) == golden) }

    @Test(arguments: [
        ("event", "POSTERN_EVENT"), ("queue-time", "POSTERN_QUEUE_TIME"), ("a=b\nc", "POSTERN_A_B_C"), ("ü", "POSTERN___"),
        (String(repeating: "x", count: 100), "POSTERN_" + String(repeating: "X", count: 56)),
    ])
    func fieldNames(name: String, golden: String) {
        #expect(fields(of: JournalFact(level: .info, message: "", metadata: [name: "v"]), program: "p").last == "\(golden)=v")
    }

    @Test func errorsAndNestedValues() {
        struct Broken: Error {}
        let fact = JournalFact(
            level: .error, message: "m", error: Broken(), metadata: ["list": ["a", "b"], "table": ["y": "2", "x": "1"]])
        #expect(fact.details.map { "\($0.name):\($0.value)" } == ["error:Broken()", "list:a b", "table:x=1 y=2"])
    }

    @Test func handlersAreValues() {
        var one = JournalLogHandler(program: "p", level: .info, outlet: .standardError)
        one[metadataKey: "only-on"] = "first"
        var two = one
        two[metadataKey: "only-on"] = "second"
        two.logLevel = .error
        #expect(one[metadataKey: "only-on"] == "first")
        #expect(one.logLevel == .info)
    }
}
