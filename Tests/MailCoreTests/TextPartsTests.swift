import MailCore
import Testing

/// Separators that are one character with what stands beside them.
@Suite struct TextPartsTests {
    static let parts: [(text: String, separator: Unicode.Scalar, kept: [String])] = [
        ("", ",", [""]), ("a", ",", ["a"]), ("a,,b,", ",", ["a", "", "b", ""]), (",", ",", ["", ""]),
        ("a\r\nb\r\n", "\n", ["a\r", "b\r", ""]), ("account \u{301}x", " ", ["account", "\u{301}x"]),
        ("a/\u{301}b/c", "/", ["a", "\u{301}b", "c"]),
    ]

    @Test(arguments: parts)
    func areFound(text: String, separator: Unicode.Scalar, kept: [String]) {
        let found = text.parts(at: separator, keepingEmpty: true).map { Array($0.utf8) }
        #expect(found == kept.map { Array($0.utf8) })
        #expect(text.parts(at: separator).map { Array($0.utf8) } == found.filter { !$0.isEmpty })
    }

    @Test func splitsAreCounted() {
        #expect("a b c".parts(at: " ", maxSplits: 1) == ["a", "b c"])
        #expect("a b c".dropFirst(2).parts(at: " ") == ["b", "c"])
    }

    @Test func halves() throws {
        let first = try #require("key=\u{301}=".halves(at: "="))
        #expect(first.before == "key" && Array(first.behind.utf8) == Array("\u{301}=".utf8))
        let last = try #require("::1:25".halves(atLast: ":"))
        #expect(last == ("::1", "25"))
        #expect("key".halves(at: "=") == nil && "key".halves(atLast: "=") == nil)
        #expect(try #require("=".halves(at: "=")) == ("", ""))
    }

    @Test(arguments: [("/etc/postern", "/etc"), ("/etc", "/"), ("/", "/"), ("etc", "."), ("a/b", "a"), ("/a/\u{301}b", "/a"), ("", ".")])
    func parents(path: String, folder: String) { #expect(path.parentFolder == folder) }
}
