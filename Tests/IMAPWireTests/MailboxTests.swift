import IMAPWire
import MailCore
import Testing

@Suite struct MailboxNameTests {
    @Test(arguments: [
        ("INBOX", "INBOX"), ("a&-b", "a&b"), ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/\u{53f0}\u{5317}/\u{65e5}\u{672c}\u{8a9e}"),
        ("&AOk-t&AOk-", "\u{e9}t\u{e9}"), ("&2D3eAA-", "\u{1f600}"), ("&AOk-&-", "\u{e9}&"), ("", ""), ("&JjoA6Q-", "\u{263a}\u{e9}"),
    ])
    func utf7IsReadAndWritten(wire: String, text: String) {
        #expect(ModifiedUTF7.decode(wire.utf8) == text)
        #expect(ModifiedUTF7.encode(text) == Array(wire.utf8))
    }

    @Test(arguments: [
        "&", "a&b", "&AOk", "&AGE-", "&Jjo!", "&U,BTFw-&ZeVnLIqe-", "&AOl-", "&AO-", "&AOkA-", "&2D0-", "&3gA-", "&AOk=-", "\u{e9}",
        "a\u{7f}",
        "a\tb", "&A/8-", "&Jjo-&Jjo-",
    ])
    func otherSpellingsAreNone(wire: String) { #expect(ModifiedUTF7.decode(wire.utf8) == nil) }

    @Test func anyTextSurvives() {
        var random = SplitMix(state: 3)
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<random.below(12) {
                let scalar = Unicode.Scalar(UInt32(random.below([0x7F, 0x800, 0x11_0000][random.below(3)])))
                if let scalar, scalar.value >= 0x20 { text.unicodeScalars.append(scalar) }
            }
            #expect(ModifiedUTF7.decode(ModifiedUTF7.encode(text))?.utf8.elementsEqual(text.utf8) == true)
        }
    }

    @Test(arguments: [
        ("inbox", "INBOX"), ("InBoX/sub", "INBOX/sub"), ("Inboxes", "Inboxes"), ("a/b/c", "a/b/c"), ("..", ".."), ("a.b", "a.b"),
        (" x ", " x "),
        ("&AOk-", "\u{e9}"),
    ])
    func names(wire: String, text: String) { #expect(MailboxName(wire: wire.utf8)?.text == text) }

    @Test(arguments: [
        "", "/", "a/", "/a", "a//b", "a&AAA-b", "&AIU-", "a\u{1}", String(repeating: "x", count: 256), "&",
        String(repeating: String(repeating: "x", count: 200) + "/", count: 5) + "x", "&ICg-",
    ])
    func noNames(wire: String) { #expect(MailboxName(wire: wire.utf8) == nil) }

    @Test func twoSpellingsOfUnicodeAreTwoNames() {
        #expect(MailboxName("\u{e9}") != MailboxName("e\u{301}"))
    }

    @Test func parentsComeNearestFirst() {
        #expect(Array(MailboxName.parents(of: "a/b/c")) == ["a/b", "a"])
        #expect(Array(MailboxName.parents(of: "a")) == [])
    }

    @Test func wireFormIsQuoted() {
        #expect(MailboxName("a\"b\\&\u{e9}")?.wire == Array("\"a\\\"b\\\\&-&AOk-\"".utf8))
    }
}

@Suite struct ListPatternTests {
    @Test(arguments: [
        ("*", "a/b/c", true), ("%", "a", true), ("%", "a/b", false), ("a/%", "a/b", true), ("a/%", "a/b/c", false), ("a*", "a/b/c", true),
        ("*c", "a/b/c", true), ("%/%", "a/b", true), ("%/%", "a", false), ("a", "a", true), ("a", "A", false), ("", "a", false),
        ("inbox", "INBOX", true), ("InB*", "INBOX", true), ("in%", "INBOX/x", false), ("inbox/%", "INBOX/x", true),
        ("inbox/X", "INBOX/x", false),
        ("**", "x", true), ("*%", "a/b", true), ("%*%", "a/b", true), ("a%c", "abc", true), ("a%c", "a/c", false), ("a%c", "ac", true),
        ("*b*b*", "abcb", true), ("*b*b*", "acb", false), ("%a%", "bab", true), ("&AOk-%", "\u{e9}x", true), ("a/*/c", "a/b/c", true),
        ("a/*/c", "a/c", false),
    ])
    func matching(pattern: String, name: String, matches: Bool) throws {
        let list = try #require(ListPattern(reference: [], pattern: Array(pattern.utf8)))
        #expect(list.matches(name) == matches)
    }

    @Test func theReferenceComesFirst() {
        #expect(ListPattern(reference: Array("a/".utf8), pattern: Array("%".utf8))?.matches("a/b") == true)
        #expect(ListPattern(reference: Array("&".utf8), pattern: Array("%".utf8)) == nil)
        #expect(ListPattern(reference: [], pattern: Array(repeating: UInt8(ascii: "a"), count: 2001)) == nil)
    }

    @Test func longPatternsCrossWords() throws {
        for length in [63, 64, 65, 127, 128, 129, 200] {
            let name = String(repeating: "ab", count: length)
            let exact = try #require(ListPattern(name))
            #expect(exact.matches(name) && !exact.matches(name + "a") && !exact.matches(String(name.dropLast())))
            let starred = try #require(ListPattern(String(repeating: "a*", count: length)))
            #expect(starred.matches(name) && !starred.matches("b" + name))
        }
    }

    /// Against the plain definition, by recursion, on short texts.
    @Test func behavesLikeTheDefinition() throws {
        func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
            guard let first = pattern.first else { return name.isEmpty }
            if first == UInt8(ascii: "*") || first == UInt8(ascii: "%") {
                if matches(pattern.dropFirst(), name) { return true }
                guard let octet = name.first, first == UInt8(ascii: "*") || octet != UInt8(ascii: "/") else { return false }
                return matches(pattern, name.dropFirst())
            }
            return name.first == first && matches(pattern.dropFirst(), name.dropFirst())
        }
        var random = SplitMix(state: 11)
        for _ in 0..<20000 {
            let pattern = (0..<random.below(8)).map { _ in Array("ab/*%".utf8)[random.below(5)] }
            let name = (0..<random.below(8)).map { _ in Array("ab/".utf8)[random.below(3)] }
            let text = String(decoding: pattern, as: UTF8.self)
            #expect(ListPattern(text)?.matches(String(decoding: name, as: UTF8.self)) == matches(pattern[...], name[...]), "\(text)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func noPatternIsSlow() throws {
        let pattern = try #require(ListPattern(String(repeating: "*a%a", count: 250)))
        let name = String(repeating: "a", count: 999) + "b"
        for _ in 0..<50 { #expect(!pattern.matches(name)) }
    }
}

@Suite struct ListRequestTests {
    private func read(_ text: String) -> ListRequest? {
        var scanner = Scanner(text)
        return try? ListRequest(parsing: &scanner)
    }

    @Test func theBasicForm() {
        let request = read("\"\" %")
        #expect(request?.reference == [] && request?.patterns == [Array("%".utf8)] && request?.isExtended == false)
    }

    @Test func theExtendedForm() {
        let request = read("(SUBSCRIBED recursivematch) \"\" (\"a*\" INBOX) RETURN (CHILDREN SPECIAL-USE STATUS (MESSAGES UIDNEXT))")
        #expect(request?.selection == [.subscribed, .recursiveMatch])
        #expect(request?.patterns.count == 2)
        #expect(request?.returning == [.children, .specialUse])
        #expect(request?.status == [.messages, .uidNext])
        #expect(request?.isExtended == true)
    }

    @Test(arguments: ["() \"\" \"*\"", "\"\" * RETURN ()", "(REMOTE) x y", "(SPECIAL-USE RECURSIVEMATCH) \"\" *", "\"\" (%)"])
    func otherForms(text: String) { #expect(read(text) != nil) }

    @Test(arguments: [
        "", "\"\"", "\"\" ", "(RECURSIVEMATCH) \"\" *", "(REMOTE RECURSIVEMATCH) \"\" *", "(NONSENSE) \"\" *", "\"\" * RETURN (NONSENSE)",
        "\"\" * RETURN (STATUS)", "\"\" * RETURN (STATUS (SIZES))", "\"\" * x", "\"\" () ", "(SUBSCRIBED \"\" *",
    ])
    func refused(text: String) { #expect(read(text) == nil) }
}
