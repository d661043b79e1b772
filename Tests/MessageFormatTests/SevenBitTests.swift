import MailCore
import MessageFormat
import Testing

/// Messages for servers that take ASCII only. RFC 6152 §3. That Python's `email` reads the same out of them is shown by
/// `Tests/RealClients/test_eight_bits.py`.
@Suite struct SevenBitTests {
    /// The whole message as it goes out; `nil` when there is no way.
    private static func convert(_ message: [UInt8]) -> [UInt8]? {
        message.withUnsafeBytes { raw in
            let root = MessageStructure.parse(raw).root
            var survey = EightBitSurvey(root)
            survey.feed(raw)
            let head = UnsafeRawBufferPointer(rebasing: raw[root.headerRange])
            guard HeaderFields.isASCII(head), let plan = SevenBitPlan(root, survey) else { return nil }
            guard
                var out = plan.encoding.map({ SevenBitPlan.header(head, $0, ofMessage: true) }) ?? Optional(Array(head))
            else { return nil }
            for step in plan.steps {
                switch step {
                case .header(let range, let encoding, let isMessage):
                    let block = UnsafeRawBufferPointer(rebasing: raw[range])
                    guard let header = SevenBitPlan.header(block, encoding, ofMessage: isMessage) else { return nil }
                    out += header
                case .copy(let range), .body(let range, _):
                    var encoder = step.encoder
                    encoder.encode(UnsafeRawBufferPointer(rebasing: raw[range]), into: &out)
                    encoder.finish(into: &out)
                }
            }
            return out
        }
    }

    private static func convert(_ text: String) -> String? {
        convert(Array(text.replacing("\n", with: "\r\n").utf8)).map { String(decoding: $0, as: UTF8.self).replacing("\r\n", with: "\n") }
    }

    @Test func aTree() {
        let text = """
            Content-Type: multipart/mixed; boundary=a
            Content-Transfer-Encoding: 8bit
            MIME-Version: 1.0

            --a
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            Grüße = 
            -- 
            --a
            Content-Type: image/x-raw

            é
            --a
            Content-Type: message/rfc822
            Content-Transfer-Encoding: 8bit

            Subject: inner

            ü
            --a
            Content-Type: text/plain

            plain = stays
            --a--

            """
        #expect(
            Self.convert(text) == """
                Content-Type: multipart/mixed; boundary=a
                MIME-Version: 1.0
                Content-Transfer-Encoding: 7bit

                --a
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                Gr=C3=BC=C3=9Fe =3D=20
                =2D-=20
                --a
                Content-Type: image/x-raw
                Content-Transfer-Encoding: base64

                w6k=
                --a
                Content-Type: message/rfc822
                Content-Transfer-Encoding: 7bit

                Subject: inner
                MIME-Version: 1.0
                Content-Type: text/plain; charset=unknown-8bit
                Content-Transfer-Encoding: quoted-printable

                =C3=BC
                --a
                Content-Type: text/plain

                plain = stays
                --a--

                """)
    }

    /// There is no way without harm.
    @Test(arguments: [
        "Content-Type: multipart/signed; boundary=a\n\n--a\n\nü\n--a--\n", "Content-Transfer-Encoding: quoted-printable\n\nü\n",
        "Content-Transfer-Encoding: x-uuencode\n\nü\n", "Content-Type: message/partial\n\nü\n", "Content-Type: multipart/mixed\n\nü\n",
        "Content-Type: multipart/mixed; boundary=a\n\nü\n--a\n\nx\n--a--\n",
        "Content-Type: multipart/mixed; boundary=a\n\n--a\nX: ü\n\nx\n--a--\n",
    ])
    func refused(text: String) { #expect(Self.convert(text) == nil) }

    /// Lines stay within 76 octets, whatever their length was, and mean the same.
    @Test func longLines() throws {
        let line = String(repeating: "ä-b =c\t", count: 400)
        for type in ["text/plain", "application/x-y"] {
            let message = Array("Content-Type: \(type)\r\n\r\n\(line)\r\n\(line)".utf8)
            let converted = try #require(Self.convert(message))
            #expect(converted.split(separator: 10).allSatisfy { $0.count <= 77 })
            converted.withUnsafeBytes { raw in
                let root = MessageStructure.parse(raw).root
                #expect(root.content(of: UnsafeRawBufferPointer(rebasing: raw[root.bodyRange])) == Array("\(line)\r\n\(line)".utf8))
            }
        }
    }

    /// Every message of the corpus is ASCII afterwards, or stays as it is.
    @Test(arguments: Corpus.names) func corpus(name: String) throws {
        guard let converted = Self.convert(try Corpus.message(name)) else { return }
        #expect(converted.allSatisfy { $0 < 0x80 })
    }
}
