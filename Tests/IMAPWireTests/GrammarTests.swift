import IMAPWire
import MailCore
import Testing

@Suite struct GrammarTests {
    @Test(arguments: [
        ("a1 NOOP", "a1", "NOOP", false), ("A.1 uid fetch", "A.1", "FETCH", true), ("x] LoGin a b", "x]", "LOGIN", false),
        ("t UID", "t", "UID", false), ("t UID ", nil, nil, false),
    ])
    func commandHeads(line: String, tag: String?, name: String?, byUID: Bool) {
        var scanner = Scanner(line)
        let head = try? CommandHead(parsing: &scanner)
        #expect(head?.tag == tag.map { Array($0.utf8) })
        #expect(head?.name == name)
        #expect((head?.byUID ?? false) == byUID)
    }

    @Test(arguments: [
        "", " ", "a1", "a1  NOOP", "+ NOOP", "a+ NOOP", "(a) NOOP", "a\u{1} NOOP", String(repeating: "t", count: 256) + " NOOP",
    ])
    func noCommandHeads(line: String) {
        var scanner = Scanner(line)
        #expect((try? CommandHead(parsing: &scanner)) == nil)
    }

    @Test func aTagIsFoundInNonsense() {
        #expect(CommandHead.tag(of: Array("a7 (((".utf8)) == Array("a7".utf8))
        #expect(CommandHead.tag(of: Array("a7".utf8)) == Array("a7".utf8))
        #expect(CommandHead.tag(of: Array("a7\"x".utf8)) == nil)
        #expect(CommandHead.tag(of: []) == nil)
    }

    @Test(arguments: [
        ("a LOGIN {5}", 5, true), ("a LOGIN {5+}", 5, false), ("a LOGIN {5-}", 5, false), ("{0}", 0, true),
        ("a {18446744073709551615}", UInt64.max, true), ("a \"{5}\" {7+}", 7, false),
    ])
    func announcements(line: String, count: UInt64, isSynchronising: Bool) {
        let literal = LiteralAnnouncement(endOf: Array(line.utf8))
        #expect(literal?.count == count)
        #expect(literal?.isSynchronising == isSynchronising)
    }

    @Test(arguments: ["", "}", "{}", "{+}", "{5", "{5} ", "{-5}", "{5++}", "{5 }", "{18446744073709551616}", "{5+-}", "a {x5}"])
    func noAnnouncements(line: String) {
        #expect(LiteralAnnouncement(endOf: Array(line.utf8)) == nil)
    }

    @Test(arguments: [
        ("abc def", "abc"), ("a]b", "a]b"), ("\"a b\"", "a b"), ("\"a\\\"\\\\b\"", "a\"\\b"), ("{3}\r\na b", "a b"),
        ("{3+}\r\nabcd", "abc"),
        ("\"\"", ""), ("{0}\r\n", ""), ("\"p\u{e4}ss\"", "p\u{e4}ss"), ("NIL", "NIL"), ("{2}\r\n\r\n", "\r\n"),
    ])
    func astrings(line: String, text: String) throws {
        var scanner = Scanner(line)
        #expect(try scanner.astring() == Array(text.utf8))
    }

    @Test(arguments: [
        "", " a", "(a", "\"a", "\"a\\b\"", "\"a\r\nb\"", "{5}\r\nabc", "{5}abcde", "{4294967296}\r\n", "{1}\r\n\u{0}", "%", "\u{e4}",
        "{99999999999999999999}\r\n",
    ])
    func noAstrings(line: String) {
        var scanner = Scanner(line)
        #expect((try? scanner.astring()) == nil)
    }

    @Test func nilIsNoString() throws {
        var scanner = Scanner("nil")
        #expect(try scanner.nstring() == nil)
        scanner = Scanner("\"NIL\"")
        #expect(try scanner.nstring() == Array("NIL".utf8))
    }

    @Test(arguments: [
        ("plain", "\"plain\""), ("a\"b\\c", "\"a\\\"b\\\\c\""), ("", "\"\""), ("a\r\nb", "{4}\r\na\r\nb"), ("\u{fc}", "{2}\r\n\u{fc}"),
    ])
    func stringsAreWritten(text: String, wire: String) {
        #expect(IMAPString.encode(text.utf8) == Array(wire.utf8))
    }

    @Test func astringsAreWritten() {
        #expect(IMAPString.encodeAstring("Subject".utf8) == Array("Subject".utf8))
        #expect(IMAPString.encodeAstring("nil".utf8) == Array("\"nil\"".utf8))
        #expect(IMAPString.encodeAstring("".utf8) == Array("\"\"".utf8))
        #expect(IMAPString.encodeAstring("a b".utf8) == Array("\"a b\"".utf8))
    }

    @Test(arguments: [
        (ResponseCode.appendUID(validity: 38505, uid: 3955), "APPENDUID 38505 3955"),
        (.copyUID(validity: 38505, sources: [304...304, 319...320], destinations: [3956...3958]), "COPYUID 38505 304,319:320 3956:3958"),
        (.permanentFlags(["\\Deleted", "\\*"]), "PERMANENTFLAGS (\\Deleted \\*)"), (.badCharset, "BADCHARSET (US-ASCII UTF-8)"),
        (.capability(["IMAP4rev1", "IDLE"]), "CAPABILITY IMAP4rev1 IDLE"), (.unseen(12), "UNSEEN 12"), (.readOnly, "READ-ONLY"),
    ])
    func codesAreWritten(code: ResponseCode, text: String) { #expect(code.description == text) }
}
