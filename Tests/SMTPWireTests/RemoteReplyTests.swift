import MailCore
import SMTPWire
import Testing

@Suite struct RemoteReplyTests {
    /// The reply's text, or how reading it fails; `…` when more is needed. Each comes in one piece and octet by octet.
    @Test(arguments: [
        ("250 Ok\r\n", "250 Ok"), ("250\r\n", "250 "), ("250-a\r\n250-b\r\n250 c\r\n", "250 a b c"), ("250 Ok\n", "250 Ok"),
        ("550 5.1.1 No\r\nrest", "550 5.1.1 No"), ("250-a\r\n", "…"), ("25", "…"), ("250-a\r\n550 b\r\n", "malformed"),
        ("199 a\r\n", "malformed"), ("600 a\r\n", "malformed"), ("abc\r\n", "malformed"), ("\r\n", "malformed"), ("250:a\r\n", "malformed"),
        ("250 a\u{1}b\r\n", "250 a?b"), (String(repeating: "250-a\r\n", count: 200), "tooLong"),
        ("250 " + String(repeating: "x", count: 5000), "tooLong"),
        (String(repeating: "250-" + String(repeating: "x", count: 1000) + "\r\n", count: 100), "tooLong"),
    ])
    func reading(text: String, wanted: String) {
        let octets = Array(text.utf8)
        for step in [octets.count, 1, 3] {
            var parser = ReplyParser()
            var place = 0
            while place < octets.count, !parser.isOver {
                let piece = Array(octets[place..<min(place + step, octets.count)])
                place += piece.withUnsafeBytes { parser.take($0) }
            }
            let found = parser.failure.map { "\($0)" } ?? parser.reply?.description ?? "…"
            #expect(found == wanted, "in pieces of \(step)")
            if text.hasSuffix("rest") { #expect(octets.count - place == 4) }
        }
    }

    @Test(arguments: [
        ("550 5.1.1 No", "5.1.1"), ("550 No", nil), ("550 4.1.1 No", nil), ("250 2.0.0", "2.0.0"), ("550 5.1.1No", nil),
        ("550 5.1234.1 No", nil),
    ])
    func status(text: String, wanted: String?) {
        let reply = RemoteReply(code: Int(text.prefix(3))!, lines: [String(text.dropFirst(4))])
        #expect(reply.status?.description == wanted)
    }

    @Test func offers() {
        let reply = RemoteReply(
            code: 250,
            lines: [
                "mx.test", "pipelining", "SIZE 1000", "8BITMIME", "AUTH PLAIN login", "AUTH=SCRAM-SHA-256", "DSN", "CHUNKING", "X-NEW y",
            ])
        let offers = Offers(reply)
        #expect(offers.pipelining && offers.eightBitMIME && offers.deliveryReports && offers.chunking && offers.size)
        #expect(!offers.smtpUTF8 && !offers.startTLS)
        #expect(offers.largest == 1000)
        #expect(offers.mechanisms == ["PLAIN", "LOGIN", "SCRAM-SHA-256"])
    }

    @Test(
        arguments: [("SIZE", nil), ("SIZE 0", nil), ("SIZE 99999999999999999999", nil), ("SIZE -5", nil), ("SIZE 7", 7)] as [(String, Int?)]
    )
    func sizes(line: String, largest: Int?) { #expect(Offers(RemoteReply(code: 250, lines: ["x", line])).largest == largest) }
}

@Suite struct MessageEncoderTests {
    @Test(arguments: [
        ("a\r\n", "a\r\n.\r\n", "a\r\n"), ("", ".\r\n", ""), (".\r\n..\r\na.b\r\n", "..\r\n...\r\na.b\r\n.\r\n", ".\r\n..\r\na.b\r\n"),
        ("a", "a\r\n.\r\n", "a\r\n"), ("a\n.\n", "a\r\n..\r\n.\r\n", "a\r\n.\r\n"), ("a\r.b", "a\r\n..b\r\n.\r\n", "a\r\n.b\r\n"),
        ("a\r", "a\r\n.\r\n", "a\r\n"), ("a\r\r\n", "a\r\n\r\n.\r\n", "a\r\n\r\n"),
    ])
    func encoding(text: String, stuffed: String, plain: String) {
        let octets = Array(text.utf8)
        for (stuffs, wanted) in [(true, stuffed), (false, plain)] {
            for step in [max(1, octets.count), 1, 2] {
                var encoder = MessageEncoder(stuffsDots: stuffs)
                var out: [UInt8] = []
                for start in stride(from: 0, to: octets.count, by: step) {
                    Array(octets[start..<min(start + step, octets.count)]).withUnsafeBytes { encoder.encode($0, into: &out) }
                }
                encoder.finish(into: &out)
                #expect(String(decoding: out, as: UTF8.self) == wanted, "in pieces of \(step)")
            }
        }
    }

    /// Every text of seven octets that there is of dots, line ends and others, in two pieces of any size, against what the rules say.
    @Test func everyOrderOfOctets() {
        let alphabet = Array("a.\r\n".utf8)
        var wrong = 0
        for number in 0..<(1 << 14) {
            let octets = (0..<7).map { alphabet[number >> (2 * $0) & 3] }
            // CRLF, CR and LF are line ends, in this order of preference.
            let text = String(decoding: octets, as: UTF8.self).unicodeScalars.map { "\($0)" }.joined(separator: "|")
                .replacing("\r|\n", with: "\n").replacing("\r", with: "\n").replacing("|", with: "")
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if lines.last == "" { lines.removeLast() }
            let wanted = lines.map { ($0.hasPrefix(".") ? "." : "") + $0 + "\r\n" }.joined() + ".\r\n"
            let cut = number % 8
            var encoder = MessageEncoder(stuffsDots: true)
            var out: [UInt8] = []
            octets.withUnsafeBytes { raw in
                encoder.encode(UnsafeRawBufferPointer(rebasing: raw[..<cut]), into: &out)
                encoder.encode(UnsafeRawBufferPointer(rebasing: raw[cut...]), into: &out)
            }
            encoder.finish(into: &out)
            if out != Array(wanted.utf8) { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    /// What we send, we understand: the decoder of the receiving side gives the message back.
    @Test(arguments: ["a\r\n.b\r\n..\r\n\r\n.\r\n", ".", "..", "a\r\n"])
    func roundTrip(text: String) {
        var encoder = MessageEncoder(stuffsDots: true)
        var wire: [UInt8] = []
        Array(text.utf8).withUnsafeBytes { encoder.encode($0, into: &wire) }
        encoder.finish(into: &wire)
        var decoder = MessageDecoder(.dotStuffed)
        var back: [UInt8] = []
        _ = wire.withUnsafeBytes { decoder.decode($0) { back += $0 } }
        #expect(decoder.isComplete && !decoder.hasBareNewline)
        #expect(String(decoding: back, as: UTF8.self) == (text.hasSuffix("\r\n") ? text : text + "\r\n"))
    }
}
