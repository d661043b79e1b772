import MailCore
import POP3Wire
import Testing

@Suite struct GrammarTests {
    @Test(arguments: [
        ("RETR 1", "RETR", " 1"), ("retr", "RETR", ""), ("Quit ", "QUIT", " "), ("TOP  1", "TOP", "  1"),
        ("OPTIONS * HTTP/1.1", "OPTIONS", " * HTTP/1.1"),
    ])
    func names(line: String, name: String, rest: String) throws {
        var scanner = Scanner(line)
        #expect(try scanner.commandName().description == name)
        #expect(Array(scanner.rest) == Array(rest.utf8))
    }

    @Test(arguments: ["", " RETR 1", "R3TR", "RETR\t1", "RETRIEVING 1", "\u{0}", "é"])
    func noNames(line: String) {
        var scanner = Scanner(line)
        #expect((try? scanner.commandName()) == nil)
    }

    @Test func namesAreComparedWithoutCase() throws {
        var scanner = Scanner("uIdL")
        #expect(try scanner.commandName() == CommandName("UIDL"))
        #expect(CommandName("UIDL") != CommandName("LIST"))
        #expect(CommandName("POST").isHTTP && !CommandName("TOP").isHTTP)
    }

    @Test(arguments: [(" 1", 1), (" 0", 0), (" 4294967295", 4_294_967_295), (" 007", 7)])
    func numbers(text: String, value: Int) throws {
        var scanner = Scanner(text)
        #expect(try scanner.number() == value)
        #expect(scanner.atEnd)
    }

    @Test(arguments: ["", " ", "1", "  1", " +1", " -1", " 4294967296", " 99999999999999999999999", " x", " ١"])
    func noNumbers(text: String) {
        var scanner = Scanner(text)
        #expect((try? scanner.number()) == nil)
    }

    @Test(arguments: [("", nil), ("  ", nil), (" 5", 5)] as [(String, Int?)])
    func optionalNumbers(text: String, value: Int?) throws {
        var scanner = Scanner(text)
        #expect(try scanner.numberOrNothing() == value)
    }

    /// Spaces belong to a password. RFC 1939 §7
    @Test func texts() throws {
        var scanner = Scanner(" two words ")
        #expect(try scanner.text("a password") == Array("two words ".utf8))
        scanner = Scanner(" alice ")
        #expect(try scanner.word("a name") == Array("alice".utf8))
        try scanner.nothingMore()
        scanner = Scanner(" alice smith")
        _ = try scanner.word("a name")
        #expect((try? scanner.nothingMore()) == nil)
        scanner = Scanner(" ")
        #expect((try? scanner.text("a password")) == nil)
        scanner = Scanner("  alice")
        #expect((try? scanner.word("a name")) == nil)
    }

    /// 1 to 70 characters from 0x21 to 0x7E. RFC 1939 §7
    @Test(arguments: [UniqueID.message(MessageID(0)), .message(MessageID(.max)), .message(MessageID(-1)), .gone(0), .gone(.max)])
    func uniqueIDs(id: UniqueID) {
        let text = Array(id.description.utf8)
        #expect((1...70).contains(text.count))
        #expect(text.allSatisfy { (0x21...0x7E).contains($0) })
    }

    @Test func aMessageNeverHasTheIDOfAGoneOne() {
        #expect(MessageID(UniqueID.gone(7).description) == nil)
        #expect(UniqueID.message(MessageID(7)).description == MessageID(7).description)
    }
}
