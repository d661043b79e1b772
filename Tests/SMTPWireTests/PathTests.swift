import MailCore
import SMTPWire
import Testing

@Suite struct PathTests {
    @Test(arguments: [
        ("<>", ""), ("<alice@example.org>", "alice@example.org"), (" <alice@example.org>", "alice@example.org"),
        ("<@a.example,@b.example:carol@d.example>", "carol@d.example"), ("<\"a@b\"@c.example>", "\"a@b\"@c.example"),
        ("<user%other.example@example.org>", "user%other.example@example.org"), ("<host!user@example.org>", "host!user@example.org"),
        ("<postmaster@example.org>", "postmaster@example.org"), ("<a@[192.0.2.1]>", "a@[192.0.2.1]"),
        ("<jürgen@example.org>", "jürgen@example.org"),
    ])
    func reversePathIsRead(text: String, meaning: String) throws {
        var scanner = Scanner(text)
        #expect(try scanner.reversePath().description == meaning)
        #expect(scanner.atEnd)
    }

    @Test(arguments: [
        ("<postmaster>", ForwardPath.postmaster), ("<PostMaster>", .postmaster),
        ("<@a.example:bob@example.org>", .address(MailAddress("bob@example.org")!)),
        ("<postmaster@example.org>", .address(MailAddress("postmaster@example.org")!)),
    ])
    func forwardPathIsRead(text: String, meaning: ForwardPath) throws {
        var scanner = Scanner(text)
        #expect(try scanner.forwardPath() == meaning)
        #expect(scanner.atEnd)
    }

    @Test(arguments: [
        "", "alice@example.org", "<alice>", "<alice@>", "<@example.org>", "<alice@example.org", "<@a.example alice@example.org>",
        "<@a.example,b.example:c@d.example>", "<@:c@d.example>", "<a@b@c.example>", "<a b@c.example>", "<<a@b.example>>", "<>>",
        "<a@b.example\u{0}>", "<\u{FF}",
    ])
    func nonsenseIsRefused(text: String) {
        var scanner = Scanner(text)
        let path = try? scanner.reversePath()
        #expect(path == nil || !scanner.atEnd)
    }

    @Test func nobodyIsNoRecipient() {
        var scanner = Scanner("<>")
        #expect((try? scanner.forwardPath()) == nil)
    }

    @Test func aLongRouteIsReadWithoutRecursion() throws {
        let route = Array(repeating: "@a.example", count: 5_000).joined(separator: ",")
        var scanner = Scanner("<\(route):bob@example.org>")
        #expect(try scanner.forwardPath().description == "bob@example.org")
    }
}

@Suite struct ParameterTests {
    private func read(_ text: String) -> SenderParameters? {
        var scanner = Scanner(text)
        return try? SenderParameters(parsing: &scanner)
    }

    @Test func allAreRead() {
        let read = read(" SIZE=1000 BODY=8BITMIME SMTPUTF8")
        #expect(read?.declaredSize == ByteCount(1000))
        #expect(read?.body == .eightBitMIME)
        #expect(read?.utf8 == true)
        #expect(read?.hasUnknown == false)
    }

    @Test func noneIsNone() { #expect(read("") == SenderParameters()) }

    @Test(arguments: [("BODY=7bit", SenderParameters.Body.sevenBit), ("body=8BitMime", .eightBitMIME), ("BODY=BINARYMIME", .unknown)])
    func bodyIsRead(text: String, body: SenderParameters.Body) { #expect(read(" \(text)")?.body == body) }

    @Test(arguments: ["99999999999999999999", "18446744073709551616", "9223372036854775807"])
    func aSizeThatDoesNotFitIsLargerThanAnyLimit(digits: String) {
        #expect(read(" SIZE=\(digits)")?.declaredSize == ByteCount(.max))
    }

    @Test(arguments: ["X-Y", "FUTURERELEASE=1", "NOTIFY=NEVER"])
    func unknownOnesAreNoticed(text: String) { #expect(read(" \(text)")?.hasUnknown == true) }

    /// RFC 4954 §5
    @Test func authIsReadForFormsSake() {
        #expect(read(" AUTH=<> SIZE=1")?.hasAuth == true)
        #expect(read(" AUTH=ann+2Bx@example.org")?.hasUnknown == false)
    }

    /// RFC 3461 §4.3, §4.4
    @Test func whatReportsReturnIsRead() {
        let read = read(" ret=hdrs ENVID=QQ314159+2B")
        #expect(read?.returns == .headers && read?.envelopeID == "QQ314159+2B" && read?.hasUnknown == false)
    }

    @Test(arguments: [
        "SIZE=1", " RET", " RET=ALL", " RET=FULL RET=HDRS", " ENVID=", " ENVID=+2", " ENVID=+2g", " ENVID=+00", " ENVID=a ENVID=a", " SIZE",
        " SIZE=", " SIZE=-1", " SIZE=+1", " SIZE=1 SIZE=2", " SIZE=1k", " SIZE=999999999999999999999", " BODY",
        " BODY=7BIT BODY=7BIT", " AUTH", " AUTH=<> AUTH=<>",
        " SMTPUTF8=1", " SMTPUTF8 SMTPUTF8", " =1", " -A", " A==", " A=b=c", " A,B",
    ])
    func nonsenseIsRefused(text: String) { #expect(read(text) == nil) }
}

/// RFC 3461 §4.1, §4.2, RFC 6533 §3
@Suite struct RecipientParameterTests {
    private func read(_ text: String) -> RecipientParameters? {
        var scanner = Scanner(text)
        return try? RecipientParameters(parsing: &scanner)
    }

    @Test(
        arguments: [
            (" NOTIFY=NEVER", [.said]), (" notify=success", [.said, .success]),
            (" NOTIFY=DELAY,FAILURE,SUCCESS", [.said, .success, .failure, .delay]), ("", []),
        ] as [(String, NotifySet)])
    func wishesAreRead(text: String, wanted: NotifySet) { #expect(read(text)?.notify == wanted) }

    @Test(arguments: [
        ("rfc822;bob+2Bx@example.org", "rfc822;bob+2Bx@example.org"), ("X400;/c=us", nil), ("utf-8;b\\x{F6}b@x", "utf-8;b\\x{F6}b@x"),
        ("utf-8;böb@x", "utf-8;b\\x{F6}b@x"), ("UTF-8;用@x", "UTF-8;\\x{7528}@x"), ("utf-8;a+b", nil), ("utf-8;\\x{1234567}", nil),
        ("utf-8;\\x{41", nil), ("rfc822;böb@x", nil), ("rfc822", nil),
    ])
    func originalIsKeptAsASCII(text: String, wanted: String?) {
        #expect(read(" ORCPT=\(text)")?.original == wanted)
    }

    @Test func ourOwnReadBack() {
        for address in ["a+b@example.org", "\"a =b\"@example.org", "用户@example.org"].compactMap({ MailAddress($0) }) {
            let original = XText.originalRecipient(address)
            #expect(read(" ORCPT=\(original)")?.original == original)
        }
        #expect(XText.originalRecipient(MailAddress("a+b@x.test")!) == "rfc822;a+2Bb@x.test")
    }
}

@Suite struct CommandLineTests {
    @Test(arguments: [("MAIL FROM:<>", "MAIL"), ("mail", "MAIL"), ("StartTLS", "STARTTLS"), ("QUIT  ", "QUIT"), ("x y", "X")])
    func verbIsRead(line: String, verb: String) throws {
        var scanner = CommandLine.scanner(Array(line.utf8))
        #expect(try scanner.verbName().description == verb)
    }

    @Test(arguments: ["", " MAIL", "NINELONGS", "MAIL\tX", "MAIL:", "1234", "É", "EHLO\u{0}"])
    func nonsenseHasNoVerb(line: String) {
        var scanner = CommandLine.scanner(Array(line.utf8))
        #expect((try? scanner.verbName()) == nil)
    }

    @Test func knownAndReadNamesAreTheSame() throws {
        var scanner = Scanner("rCpT TO:<a@b>")
        #expect(try scanner.verbName() == VerbName("RCPT"))
        #expect(scanner.rest.elementsEqual("TO:<a@b>".utf8))
    }

    @Test(arguments: [("GET / HTTP/1.1", true), ("post /x HTTP/1.0", true), ("PRI * HTTP/2.0", true), ("MAIL FROM:<>", false)])
    func browsersAreKnown(line: String, isHTTP: Bool) throws {
        var scanner = Scanner(line)
        #expect(CommandLine.isHTTP(try scanner.verbName()) == isHTTP)
    }

    @Test func controlCharactersAreFound() {
        #expect(CommandLine.hasControlCharacter(Array("NOOP \u{0}".utf8)))
        #expect(CommandLine.hasControlCharacter(Array("NOOP\rX".utf8)))
        #expect(CommandLine.hasControlCharacter(Array("NOOP\u{7F}".utf8)))
        #expect(!CommandLine.hasControlCharacter(Array("NOOP\tjürgen".utf8)))
    }

    @Test(arguments: [("0 LAST", 0, true), ("1000", 1000, false), ("86  last", 86, true), ("99999999999999999999", Int.max, false)])
    func chunkIsRead(text: String, size: Int, isLast: Bool) throws {
        var scanner = Scanner(text)
        let chunk = try ChunkHeader(parsing: &scanner)
        #expect(chunk.size == size)
        #expect(chunk.isLast == isLast)
    }

    @Test(arguments: ["", "LAST", "-1", "+1", "1LAST", "1 FIRST", "1 LAST X", "999999999999999999999", "0x10", "1,000"])
    func nonsenseIsNoChunk(text: String) {
        var scanner = Scanner(text)
        #expect((try? ChunkHeader(parsing: &scanner)) == nil)
    }

    @Test(arguments: [
        ("client.example", "client.example"), ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"), ("my_host", "my_host"), ("a(b)c;d", "a?b?c?d"),
        ("jürgen", "j??rgen"), ("-", "-"),
    ])
    func heloNameIsTamed(text: String, name: String) throws {
        var scanner = Scanner(text)
        #expect(try HeloName(parsing: &scanner).description == name)
    }

    @Test(arguments: ["", "a b", String(repeating: "a", count: 256)])
    func nonsenseIsNoHeloName(text: String) {
        var scanner = Scanner(text)
        #expect((try? HeloName(parsing: &scanner)) == nil)
    }
}
