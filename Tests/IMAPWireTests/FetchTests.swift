import IMAPWire
import MailCore
import Testing

@Suite struct FetchItemTests {
    private func read(_ text: String) -> [FetchItem]? {
        var scanner = Scanner(text)
        guard let items = try? scanner.fetchItems(), scanner.atEnd else { return nil }
        return items
    }

    @Test(arguments: [
        ("FLAGS", [FetchItem.flags]), ("fast", [.flags, .internalDate, .size]), ("ALL", [.flags, .internalDate, .size, .envelope]),
        ("FULL", [.flags, .internalDate, .size, .envelope, .body]), ("(UID FLAGS uid)", [.uid, .flags]),
        ("(BODY BODYSTRUCTURE)", [.body, .bodyStructure]), ("BODY[]", [.section(BodySection(), peek: false, partial: nil)]),
        ("BODY.PEEK[TEXT]<0.100>", [.section(BodySection(text: .text), peek: true, partial: .init(start: 0, count: 100))]),
        ("body[1.2.mime]", [.section(BodySection(part: [1, 2], text: .mime), peek: false, partial: nil)]),
        ("BODY[1]", [.section(BodySection(part: [1]), peek: false, partial: nil)]),
        (
            "(BODY.PEEK[HEADER.FIELDS (Date \"From\")] RFC822.SIZE)",
            [.section(BodySection(text: .headerFields([Array("Date".utf8), Array("From".utf8)])), peek: true, partial: nil), .size]
        ),
        ("BODY[3.HEADER.FIELDS.NOT (X)]", [.section(BodySection(part: [3], text: .headerFieldsNot([[88]])), peek: false, partial: nil)]),
        ("(RFC822 RFC822.HEADER RFC822.TEXT)", [.rfc822, .rfc822Header, .rfc822Text]),
    ])
    func items(text: String, items: [FetchItem]) { #expect(read(text) == items) }

    @Test(arguments: [
        "", "()", "(FLAGS", "(FLAGS ALL)", "ALLES", "BODY[", "BODY[]<1>", "BODY[]<1.0>", "BODY[0]", "BODY[1.]", "BODY[1", "BODY[MIME]",
        "BODY[HEADER.FIELDS ()]", "BODY[HEADER.FIELDS]", "BODY[1.FOO]", "BODYSTRUCTURE[]", "RFC822[]", "BODY[4294967296]", "(FLAGS  UID)",
        "BODY[]<4294967296.1>", "BODY[" + String(repeating: "1.", count: 200) + "1]", "BODY.PEEK", "BODY[.TEXT]",
    ])
    func refused(text: String) { #expect(read(text) == nil) }

    @Test func tooManyAreRefused() {
        let many = (1...101).map { "BODY[\($0)]" }.joined(separator: " ")
        #expect(read("(\(many))") == nil)
    }

    @Test(arguments: ["", "1", "1.2.3", "HEADER", "TEXT", "1.MIME", "2.HEADER", "HEADER.FIELDS (A \"b c\")", "1.HEADER.FIELDS.NOT (x y)"])
    func sectionsAreEchoed(text: String) throws {
        var scanner = Scanner("[\(text)]")
        #expect(String(decoding: try BodySection(parsing: &scanner).description, as: UTF8.self) == text)
    }

    @Test func peekingSetsNothing() {
        #expect(read("(BODY[])")?[0].setsSeen == true)
        #expect(read("(BODY.PEEK[])")?[0].setsSeen == false)
        #expect(FetchItem.rfc822.setsSeen && FetchItem.rfc822Text.setsSeen)
        #expect(!FetchItem.rfc822Header.setsSeen && !FetchItem.envelope.setsSeen)
    }
}

@Suite struct StructureTextTests {
    @Test(arguments: [
        (
            #"("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3028 92 NIL NIL NIL NIL)"#,
            #"("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3028 92)"#
        ),
        (
            #"("IMAGE" "PNG" NIL NIL NIL "BASE64" 10 NIL ("attachment" ("filename" "a) \"b\\")) ("en" "de") "loc")"#,
            #"("IMAGE" "PNG" NIL NIL NIL "BASE64" 10)"#
        ),
        (
            #"(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1 NIL)("TEXT" "HTML" NIL NIL NIL "7BIT" 2 2) "ALTERNATIVE" ("BOUNDARY" "x") NIL NIL)"#,
            #"(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)("TEXT" "HTML" NIL NIL NIL "7BIT" 2 2) "ALTERNATIVE")"#
        ),
        (
            #"(("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 9 ("d" NIL NIL) (("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1 NIL) "MIXED" NIL) 4 NIL NIL) "MIXED" NIL)"#,
            #"(("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 9 ("d" NIL NIL) (("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1) "MIXED") 4) "MIXED")"#
        ),
        // Found by fuzzing: what follows a message/* part without extension data is no envelope.
        (
            #"(("MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 9)("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1) "REPORT")"#,
            #"(("MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 9)("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1) "REPORT")"#
        ),
        (#"("MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 9 NIL NIL)"#, #"("MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 9)"#),
        ("(\"A\" \"B\" (\"n\" {3}\r\n)\"() NIL NIL \"7BIT\" 0 NIL)", "(\"A\" \"B\" (\"n\" {3}\r\n)\"() NIL NIL \"7BIT\" 0)"),
    ])
    func extensionsAreLeftOut(structure: String, body: String?) {
        #expect(StructureText.withoutExtensions(Array(structure.utf8)).map { String(decoding: $0, as: UTF8.self) } == body)
    }

    @Test(arguments: [
        "", "(", "()", "NIL", "(\"A\" \"B\")", "((\"A\"", "(\"A\" \"B\" NIL NIL NIL \"7BIT\" 0) x", String(repeating: "(", count: 100_000),
    ])
    func nonsenseIsNone(structure: String) {
        #expect(StructureText.withoutExtensions(Array(structure.utf8)) == nil)
    }
}
