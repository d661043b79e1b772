import MailCore
import MessageFormat
import Testing

@Suite struct SearchTests {
    @Test(arguments: [
        ("hello", "Say HELLO there", true), ("HELLO", "say hello", true), ("hello", "hell o", false), ("", "", true), ("", "x", true),
        ("x", "", false),
        ("müller", "MÜLLER", true), ("MÜLLER", "müller", true), ("muller", "müller", false), ("straße", "STRASSE", true),
        ("STRASSE", "Straße", true),
        ("ΟΔΟΣ", "οδος", true), ("οδός", "ΟΔΌΣ", true), ("привет", "ПРИВЕТ", true), ("istanbul", "İSTANBUL", true), ("ﬁn", "FINE", true),
        ("日本", "日本語", true),
        ("한국", "대한국", true), ("\u{1F600}", "a\u{1F600}b", true), ("ǆ", "Ǆ", true), ("K", "\u{212A}", true), ("ϊ", "Ϊ", true),
        // one character or two
        ("é", "e\u{301}", true), ("e\u{301}", "É", true), ("e", "e\u{301}", false), ("résumé", "RE\u{301}SUME\u{301}", true),
        ("ế", "e\u{302}\u{301}", true),
        ("が", "か\u{3099}", true), ("각", "\u{1100}\u{1161}\u{11A8}", true), ("가", "\u{1100}\u{1161}\u{11A8}", false),
        ("й", "и\u{306}", true),
        ("aab", "aaaaab", true), ("abab", "abaabab", true), ("ababc", "abababd", false), ("x\u{301}y", "X\u{301}Y", true),
    ])
    func isFound(needle: String, text: String, found: Bool) {
        #expect(Needle(needle).occurs(inHeaderValue: text.utf8) == found)
        let part = MessageStructure("Content-Type: text/plain; charset=utf-8\r\n\r\n").root
        Array(text.utf8).withUnsafeBytes { #expect(TextDecoder.contains(Needle(needle), in: $0, as: part) == found) }
    }

    /// The text is the same in all these ways of writing it.
    @Test(
        arguments: [
            ("8bit", "utf-8", Array("Grüße aus Köln".utf8)),
            ("quoted-printable", "utf-8", Array("Gr=C3=BC=C3=9Fe au=\r\ns K=C3=B6ln".utf8)),
            ("quoted-printable", "iso-8859-1", Array("Gr=FC=DFe aus =  \r\nK=f6ln  ".utf8)),
            ("base64", "utf-8", Array("R3LDvMOfZSBhdXMg\r\nS8O2bG4=".utf8)),
            ("BASE64", "iso-8859-15", Array("R3L832UgYXVzIEv2bG4=".utf8)),
            ("base64", "utf-16le", Base64.encode(Array("Grüße aus Köln".utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })),
            ("7bit", "utf-7", Array("Gr+APwA3w-e aus K+APY-ln".utf8)), ("binary", "x-unknown", Array("Grüße aus Köln".utf8)),
            ("x-unknown", "us-ascii", Array("Grüße aus Köln".utf8)),
            ("8bit", "windows-1252", [0x47, 0x72, 0xFC, 0xDF, 0x65, 0x20, 0x61, 0x75, 0x73, 0x20, 0x4B, 0xF6, 0x6C, 0x6E]),
            ("8bit", "utf-8", [0x47, 0x72, 0xFC, 0xDF, 0x65, 0x20, 0x61, 0x75, 0x73, 0x20, 0x4B, 0xF6, 0x6C, 0x6E]),
        ] as [(String, String, [UInt8])])
    func textOfAPart(encoding: String, charset: String, body: [UInt8]) {
        let header = "Content-Type: text/plain; charset=\(charset)\r\nContent-Transfer-Encoding: \(encoding)\r\n\r\n"
        let message = Array(header.utf8) + body
        let part = MessageStructure(message).root
        body.withUnsafeBytes {
            #expect(TextDecoder.text(of: $0, as: part, limit: .kibibytes(1)).trimmingBlanks == "Grüße aus Köln")
            #expect(TextDecoder.contains(Needle("GRÜSSE AUS KÖLN"), in: $0, as: part))
        }
        message.withUnsafeBytes {
            #expect(Needle("aus köln").occurs(inBodyOf: $0))
            #expect(!Needle("text/plain").occurs(inBodyOf: $0))
            #expect(Needle("TEXT/plain").occurs(inTextOf: $0))
        }
    }

    /// Windows of the decoder begin at all places of the needle.
    @Test(arguments: ["7bit", "base64", "quoted-printable"])
    func acrossWindows(encoding: String) {
        for shift in stride(from: 65_520, through: 65_540, by: 4) {
            let text =
                String(repeating: "ä", count: shift / 2) + String(repeating: "x", count: shift % 2) + "Nädel"
                + String(repeating: "ö", count: 3000)
            let plain = Array(text.utf8)
            let body =
                switch encoding {
                case "base64": Base64.encode(plain)
                case "quoted-printable": plain.flatMap { $0 < 128 ? [$0] : Array("=\(String($0, radix: 16, uppercase: true))".utf8) }
                default: plain
                }
            let part = MessageStructure("Content-Transfer-Encoding: \(encoding)\r\n\r\n").root
            body.withUnsafeBytes {
                #expect(TextDecoder.contains(Needle("näDEL"), in: $0, as: part))
                #expect(!TextDecoder.contains(Needle("nädels"), in: $0, as: part))
                #expect(TextDecoder.text(of: $0, as: part, limit: .mebibytes(1)) == text)
            }
        }
    }

    /// A body that comes in pieces of any size is searched as one that is there as a whole.
    @Test(arguments: [1, 2, 3, 7, 100])
    func inPieces(size: Int) {
        let plain = Array("Grüße\r\naus Köln am Rhein, 日本".utf8)
        let quoted = plain.flatMap { $0 < 128 ? [$0] : Array("=\(String($0, radix: 16, uppercase: true))".utf8) }
        for (encoding, body) in [("8bit", plain), ("base64", Base64.encode(plain)), ("quoted-printable", quoted)] {
            let part = MessageStructure("Content-Transfer-Encoding: \(encoding)\r\n\r\n").root
            let search = PartSearch(["KÖLN AM", "nicht da", "", "日本", "grüsse\r\naus"].map { Needle($0) }, as: part)
            #expect(search.found == [false, false, true, false, false])
            for start in stride(from: 0, to: body.count, by: size) {
                Array(body[start..<min(start + size, body.count)]).withUnsafeBytes { search.take($0) }
            }
            search.finish()
            #expect(search.found == [true, false, true, true, true], "\(encoding)")
            #expect(!search.isDone)
        }
    }

    @Test func theLimitCutsBetweenCharacters() {
        let part = MessageStructure("\r\n").root
        Array("aäöü€".utf8).withUnsafeBytes { body in
            let texts = (0...10).map { TextDecoder.text(of: body, as: part, limit: ByteCount($0)) }
            #expect(texts == ["", "a", "a", "aä", "aä", "aäö", "aäö", "aäöü", "aäöü", "aäöü", "aäöü€"])
        }
    }

    @Test(arguments: [
        ("a=3Db", "a=b"), ("a=3db", "a=b"), ("a=\r\nb", "ab"), ("a=\nb", "ab"), ("a= \t\r\nb", "ab"), ("a  \r\nb", "a\r\nb"),
        ("a=ZZ", "a=ZZ"), ("a=4", "a"),
        ("a=", "a"), ("a=4Z", "a=4Z"), ("a==41", "a=A"), ("a \t b", "a \t b"), ("=41=42", "AB"), ("a=\rb", "ab"), ("a b  ", "a b"),
        ("a=  b", "ab"),
    ])
    func quotedPrintable(text: String, read: String) {
        let part = MessageStructure("Content-Transfer-Encoding: quoted-printable\r\n\r\n").root
        Array(text.utf8).withUnsafeBytes { #expect(TextDecoder.text(of: $0, as: part, limit: .kibibytes(1)) == read) }
    }

    @Test(arguments: [
        ("QUJD", "ABC"), ("QUI=", "AB"), ("QQ==", "A"), ("QQ==Qg==", "AB"), ("Q U\r\nJ D", "ABC"), ("QUJDQ", "ABC"), ("!QUJD", "ABC"),
        ("====", ""), ("", ""),
    ])
    func base64(text: String, read: String) {
        let part = MessageStructure("Content-Transfer-Encoding: base64\r\n\r\n").root
        Array(text.utf8).withUnsafeBytes { #expect(TextDecoder.text(of: $0, as: part, limit: .kibibytes(1)) == read) }
    }

    @Test(
        arguments: [
            ("utf-8", [0xC3, 0xBC], "ü"), ("UTF-8", [0xFC], nil), ("us-ascii", [0x61], "a"), ("iso-8859-1", [0xFC], "ü"),
            ("koi8-r", [0xC1], "а"), ("x", [0x61], nil),
            ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x46], nil), ("gb18030", [0xFF], nil),
        ] as [(String, [UInt8], String?)])
    func namedCharsets(charset: String, octets: [UInt8], text: String?) {
        #expect(TextDecoder.text(octets, charset: charset) == text)
        #expect(TextDecoder.knows(charset: charset) == (charset != "x"))
    }

    @Test func fieldsByName() {
        Array("To: a@b\r\nX-Tag: =?utf-8?Q?=C3=9Cber?=\r\nX-Tag:\r\n two\r\n\r\nX-Tag: body".utf8).withUnsafeBytes { block in
            func found(_ needle: String, _ name: String) -> Bool { Needle(needle).occurs(inField: Array(name.utf8), of: block) }
            #expect(found("über", "x-tag"))
            #expect(found("two", "X-TAG"))
            #expect(found("", "to"))
            #expect(!found("", "cc"))
            #expect(!found("body", "x-tag"))
            #expect(!found("a@b", "x-tag"))
        }
    }

    @Test func embeddedHeadersAreInTheBody() throws {
        try Corpus.message("forwarded").withUnsafeBytes { message in
            #expect(Needle("innermost").occurs(inBodyOf: message))
            #expect(Needle("Subject: Lunch").occurs(inBodyOf: message))
            #expect(!Needle("Fwd: Lunch").occurs(inBodyOf: message))
            #expect(Needle("fwd: lunch").occurs(inTextOf: message))
            #expect(Needle("lunch.eml").occurs(inTextOf: message))
            #expect(!Needle("not there").occurs(inTextOf: message))
        }
    }

    @Test func membersOfAnEnvelope() {
        let message =
            "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\r\nTo: g: a@b, \"C \\\"D\\\" (E)\" <c@d>;\r\nCc: x@y\r\nSubject: =?koi8-r?B?8NLJ18XU?= \"q\"\r\n"
            + "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nMessage-ID: <id\u{FC}@x>\r\nIn-Reply-To: <other@x>\r\n\r\n"
        let envelope = MessageStructure(message).summary.envelope
        envelope.withUnsafeBytes { raw in
            func found(_ needle: String, _ member: EnvelopeMember) -> Bool { Needle(needle).occurs(in: member, of: raw) }
            #expect(found("JÜRGEN <j@example.org>", .from))
            #expect(found("jürgen", .sender))
            #expect(found("jürgen", .replyTo))
            #expect(found("a@b", .to))
            #expect(found("c \"d\" (e) <C@d>", .to))
            #expect(found("g:", .to))
            #expect(!found("x@y", .to))
            #expect(found("x@y", .cc))
            #expect(!found("", .bcc))
            #expect(found("", .cc))
            #expect(found("привет \"Q\"", .subject))
            #expect(found("1 jan 2024", .date))
            #expect(found("<idü@x>", .messageID))
            #expect(found("other", .inReplyTo))
            #expect(!found("other", .messageID))
        }
    }

    @Test func anEnvelopeOfNonsense() {
        for text in [
            "", "(", "NIL", "(NIL", "((((", "({9999999999999999999}\r\nx", "({3}", "(\"", "(NIL NIL ((NIL",
            String(repeating: "(", count: 10_000),
        ] {
            for member in EnvelopeMember.allCases { _ = Array(text.utf8).withUnsafeBytes { Needle("x").occurs(in: member, of: $0) } }
        }
    }
}

extension String {
    fileprivate var trimmingBlanks: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
