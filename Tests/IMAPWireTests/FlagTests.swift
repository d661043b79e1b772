import IMAPWire
import MailCore
import Testing

@Suite struct FlagTests {
    @Test(arguments: [
        ("(\\Seen \\DELETED $Forwarded)", [FlagName.seen, .deleted, .keyword("$Forwarded")]), ("()", []),
        ("(a A a)", [.keyword("a"), .keyword("A")]),
        ("(\\recent)", [.recent]), ("(\\Draft \\Answered \\Flagged)", [.draft, .answered, .flagged]),
    ])
    func lists(text: String, flags: [FlagName]) throws {
        var scanner = Scanner(text)
        #expect(try scanner.flagList() == flags)
    }

    @Test(arguments: [
        "", "(", "(\\Seen", "(\\Foo)", "(\\*)", "( )", "(a  b)", "(a\u{e9})", "(\\)", "(a[b)]", "(\(String(repeating: "k", count: 101)))",
    ])
    func refused(text: String) {
        var scanner = Scanner(text)
        #expect((try? scanner.flagList()) == nil || !scanner.atEnd)
    }

    @Test func statusItems() throws {
        var scanner = Scanner("(MESSAGES unseen MESSAGES)")
        #expect(try scanner.statusItems() == [.messages, .unseen])
        for text in ["()", "(FOO)", "MESSAGES", "(MESSAGES"] {
            scanner = Scanner(text)
            #expect((try? scanner.statusItems()) == nil)
        }
    }

    @Test func specialUses() throws {
        var scanner = Scanner("\\drafts")
        #expect(try SpecialUseName.parse(&scanner) == .drafts)
        scanner = Scanner("\\Nonsense")
        #expect(try SpecialUseName.parse(&scanner) == nil)
    }
}
