import MailCore
import MessageFormat
import Testing

/// What a sender reads. The text is the one that Python's `email` was shown to read: `multipart/report` with its three parts and each field.
@Suite struct DeliveryReportTests {
    private static func report(_ action: DeliveryReport.Action, returned: String, all: Bool, until: Int64? = nil) -> DeliveryReport {
        DeliveryReport(
            action, host: "mail.postern.test", sender: MailAddress("alice@postern.test")!, envelopeID: "QQ314159+3D",
            arrival: 1_700_000_000,
            date: 1_700_003_600, id: MessageID(1_700_003_600_000_000),
            recipients: [
                DeliveryReport.Recipient(
                    address: MailAddress("bob@remote.test")!, original: "rfc822;Bob+2Bx@remote.test", status: EnhancedStatus(5, 1, 1),
                    remote: "mx.remote.test [192.0.2.1]",
                    words: "550 5.1.1 <bob@remote.test>: Recipient address rejected: User unknown in virtual mailbox table",
                    isReply: true, lastAttempt: 1_700_003_600, willRetryUntil: until),
                DeliveryReport.Recipient(
                    address: MailAddress("用户@remote.test")!, original: "", status: EnhancedStatus(5, 4, 4), remote: "",
                    words: "The host has no address.", isReply: false, lastAttempt: 1_700_003_600, willRetryUntil: until),
            ], returned: Array(returned.utf8), returnsAll: all)
    }

    @Test func failed() {
        let text = String(decoding: Self.report(.failed, returned: "Subject: hi\r\n\r\nbody\r\n", all: true).octets, as: UTF8.self)
        #expect(
            text.replacing("\r\n", with: "\n") == """
                From: Mail Delivery System <postmaster@mail.postern.test>
                To: <alice@postern.test>
                Subject: Your message could not be delivered
                Date: Tue, 14 Nov 2023 23:13:20 +0000
                Message-ID: <2296z24p78m@mail.postern.test>
                Auto-Submitted: auto-replied
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type=delivery-status;
                 boundary="postern-report-2296z24p78m"

                This is a report in MIME format.

                --postern-report-2296z24p78m
                Content-Type: text/plain; charset=us-ascii

                This is the mail system at mail.postern.test.

                Your message could not be delivered to:

                  bob@remote.test
                    mx.remote.test [192.0.2.1] said: 550 5.1.1 <bob@remote.test>:
                    Recipient address rejected: User unknown in virtual mailbox table

                  \\x{7528}\\x{6237}@remote.test
                    The host has no address.

                --postern-report-2296z24p78m
                Content-Type: message/delivery-status

                Original-Envelope-Id: QQ314159=
                Reporting-MTA: dns; mail.postern.test
                Arrival-Date: Tue, 14 Nov 2023 22:13:20 +0000

                Original-Recipient: rfc822; Bob+x@remote.test
                Final-Recipient: rfc822; bob@remote.test
                Action: failed
                Status: 5.1.1
                Remote-MTA: dns; mx.remote.test [192.0.2.1]
                Diagnostic-Code: smtp; 550 5.1.1 <bob@remote.test>: Recipient address
                 rejected: User unknown in virtual mailbox table
                Last-Attempt-Date: Tue, 14 Nov 2023 23:13:20 +0000

                Final-Recipient: utf-8; \\x{7528}\\x{6237}@remote.test
                Action: failed
                Status: 5.4.4
                Diagnostic-Code: x-postern; The host has no address.
                Last-Attempt-Date: Tue, 14 Nov 2023 23:13:20 +0000

                --postern-report-2296z24p78m
                Content-Type: message/rfc822

                Subject: hi

                body

                --postern-report-2296z24p78m--

                """)
        #expect(!text.replacing("\r\n", with: "").contains("\n"))
    }

    /// F22: the notice of a delay says how long it goes on.
    @Test func delayed() {
        let report = Self.report(.delayed, returned: "Subject: grüße\r\n\r\n", all: false, until: 1_700_345_600)
        let text = String(decoding: report.octets, as: UTF8.self).replacing("\r\n", with: "\n")
        #expect(
            text.suffix(from: text.firstRange(of: "This is the mail")!.lowerBound) == """
                This is the mail system at mail.postern.test.

                Your message could not be delivered yet. You need not send it again; it is tried
                further. It waits for:

                  bob@remote.test
                    mx.remote.test [192.0.2.1] said: 550 5.1.1 <bob@remote.test>:
                    Recipient address rejected: User unknown in virtual mailbox table
                    It is tried until Sat, 18 Nov 2023 22:13:20 +0000.

                  \\x{7528}\\x{6237}@remote.test
                    The host has no address.
                    It is tried until Sat, 18 Nov 2023 22:13:20 +0000.

                --postern-report-2296z24p78m
                Content-Type: message/delivery-status

                Original-Envelope-Id: QQ314159=
                Reporting-MTA: dns; mail.postern.test
                Arrival-Date: Tue, 14 Nov 2023 22:13:20 +0000

                Original-Recipient: rfc822; Bob+x@remote.test
                Final-Recipient: rfc822; bob@remote.test
                Action: delayed
                Status: 5.1.1
                Remote-MTA: dns; mx.remote.test [192.0.2.1]
                Diagnostic-Code: smtp; 550 5.1.1 <bob@remote.test>: Recipient address
                 rejected: User unknown in virtual mailbox table
                Last-Attempt-Date: Tue, 14 Nov 2023 23:13:20 +0000
                Will-Retry-Until: Sat, 18 Nov 2023 22:13:20 +0000

                Final-Recipient: utf-8; \\x{7528}\\x{6237}@remote.test
                Action: delayed
                Status: 5.4.4
                Diagnostic-Code: x-postern; The host has no address.
                Last-Attempt-Date: Tue, 14 Nov 2023 23:13:20 +0000
                Will-Retry-Until: Sat, 18 Nov 2023 22:13:20 +0000

                --postern-report-2296z24p78m
                Content-Type: text/rfc822-headers
                Content-Transfer-Encoding: 8bit

                Subject: grüße


                --postern-report-2296z24p78m--

                """)
    }

    @Test(arguments: [
        (DeliveryReport.Action.relayed, "Your message was handed over to a server that does not tell what becomes of it, for:"),
        (.delivered, "Your message was delivered to:"), (.expanded, "Your message was delivered to the group:"),
    ])
    func success(action: DeliveryReport.Action, sentence: String) {
        let text = String(decoding: Self.report(action, returned: "Subject: x\r\n\r\n", all: false).octets, as: UTF8.self)
        #expect(text.contains("\r\n\r\n\(sentence)\r\n\r\n  bob@remote.test\r\n"))
        #expect(text.contains("\r\nAction: \(action.rawValue)\r\nStatus: "))
    }

    /// A message that knows our boundary does not get out of its part.
    @Test func aForeseenBoundary() {
        let returned = "Subject: x\r\n\r\n--postern-report-2296z24p78m--\r\n"
        let octets = Self.report(.failed, returned: returned, all: true).octets
        let structure = octets.withUnsafeBytes { MessageStructure.parse($0) }
        #expect(String(decoding: octets, as: UTF8.self).hasSuffix("--postern-report-2296z24p78mx--\r\n"))
        _ = structure
    }
}

/// F27, F47: the header as it goes out.
@Suite struct HeaderRewritingTests {
    private static func apply(_ header: String, sender: String? = nil, recoding: Bool = false) -> String {
        let rewriting = HeaderRewriting(sender: sender.map { MailAddress($0)! }, recodesSubject: recoding)
        return String(decoding: Array(header.replacing("\n", with: "\r\n").utf8).withUnsafeBytes { rewriting.apply($0) }, as: UTF8.self)
            .replacing("\r\n", with: "\n")
    }

    @Test func nothingIsChangedWithoutNeed() {
        let header = "Received: x\n y\nSUBJECT:  odd   spacing \nno field\nFrom: a@b.test\n\n"
        #expect(Self.apply(header) == header)
        #expect(Self.apply("Return-Path: <a@b.test>\n" + header) == header)
    }

    @Test(arguments: [
        ("From: a@b.test\nTo: x\n\n", "From: <new@relay.test>\nReply-To: a@b.test\nTo: x\n\n"),
        ("From: Alice A <a@b.test>\n\n", "From: Alice A <new@relay.test>\nReply-To: Alice A <a@b.test>\n\n"),
        ("From: \"A, B\" <a@b.test>\n\n", "From: \"A, B\" <new@relay.test>\nReply-To: \"A, B\" <a@b.test>\n\n"),
        ("Reply-To: r@b.test\nFrom: a@b.test\n\n", "Reply-To: r@b.test\nFrom: <new@relay.test>\n\n"),
        (
            "From: =?utf-8?Q?Gr=C3=BCn?= <a@b.test>\n\n",
            "From: =?UTF-8?B?R3LDvG4=?=\n <new@relay.test>\nReply-To: =?utf-8?Q?Gr=C3=BCn?= <a@b.test>\n\n"
        ),
        ("From: a@b.test,\n c@d.test\n\n", "From: <new@relay.test>\nReply-To: a@b.test,\n c@d.test\n\n"),
        ("Sender: s@b.test\nFrom: a@b.test\nFrom: z@b.test\n\n", "From: <new@relay.test>\nReply-To: a@b.test\n\n"),
        ("Subject: x\n\n", "Subject: x\n\n"),
    ])
    func anotherSender(header: String, wanted: String) { #expect(Self.apply(header, sender: "new@relay.test") == wanted) }

    @Test(arguments: [
        ("Subject: plain\n\n", "Subject: plain\n\n"),
        ("Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n\n", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n\n"),
        ("Subject: =?iso-8859-1?Q?Gr=FC=DFe?=\n\n", "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\n\n"),
        ("Subject: =?koi8-r?B?8NLJ18XU?= x\n\n", "Subject: =?UTF-8?B?0J/RgNC40LLQtdGCIHg=?=\n\n"),
        ("Subject: Grüße\n\n", "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\n\n"),
    ])
    func anotherCharset(header: String, wanted: String) { #expect(Self.apply(header, recoding: true) == wanted) }

    /// Raw octets in the charset that the body is in; in none they are read as Windows-1252.
    @Test func rawOctets() {
        let rewriting = HeaderRewriting(recodesSubject: true)
        func apply(_ type: String) -> String {
            let header = Array("Subject: ".utf8) + [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4] + Array("\r\n\(type)\r\n".utf8)
            let octets = header.withUnsafeBytes { rewriting.apply($0) }
            return EncodedWords.decode(octets.prefix { $0 != 13 })
        }
        #expect(apply("Content-Type: text/plain; charset=koi8-r\r\n") == "Subject: Привет")
        #expect(apply("") == "Subject: ðÒÉ×ÅÔ")
    }

    /// Long text is folded into words that are whole by themselves, and reads back as itself.
    @Test(arguments: [
        String(repeating: "Привет мир ", count: 30), String(repeating: "é plain text ", count: 40),
        "日本語" + String(repeating: "字", count: 100),
    ])
    func longOnesAreFolded(text: String) {
        let field = EncodedWordWriter.field("Subject", text: text)
        let lines = String(decoding: field, as: UTF8.self).replacing("\r\n", with: "\n").split(separator: "\n")
        #expect(lines.count > 1 && lines.allSatisfy { $0.utf8.count <= 76 })
        for line in lines {
            let word = line.drop { $0 != "=" }
            #expect(!EncodedWords.decode(Array(word.utf8)).contains("\u{FFFD}"))
        }
        #expect(EncodedWords.decode(field.dropLast(2)) == "Subject: \(text)")
    }

    @Test(arguments: [("a: b\r\n\r\nbody", 8), ("a: b\n\nbody", 6), ("a: b\r\n", nil), ("\r\nbody", 2), ("", nil)] as [(String, Int?)])
    func headerLength(text: String, wanted: Int?) {
        #expect(Array(text.utf8).withUnsafeBytes { HeaderRewriting.length(of: $0) } == wanted)
    }

    @Test(arguments: [
        ("Auto-Submitted: auto-replied\r\n\r\n", true), ("Auto-Submitted: no\r\n\r\n", false), ("auto-submitted: No ; x\r\n\r\n", false),
        ("Subject: x\r\n\r\n", false),
    ])
    func automatic(header: String, wanted: Bool) {
        #expect(Array(header.utf8).withUnsafeBytes { HeaderFields.isAutomatic($0) } == wanted)
    }
}
