import IMAPWire
import MailCore
import Testing

@Suite struct SearchProgramTests {
    static func read(_ text: String) -> SearchProgram<SearchKey>? {
        var scanner = Scanner(text)
        return try? SearchProgram(parsing: &scanner)
    }

    @Test(arguments: [
        ("ALL", [SearchKey.all]), ("1:*", [.numbers(.everything)]), ("UID 1:*", [.uids(.everything)]),
        ("SUBJECT \"a b\"", [.envelope(.subject, Array("a b".utf8))]),
        ("HEADER Message-ID {3}\r\n<x>", [.header(name: Array("Message-ID".utf8), Array("<x>".utf8))]),
        ("LARGER 10 SMALLER 20", [.larger(10), .smaller(20)]),
        ("NEW", [.flag(.recent), .notFlag(.seen)]), ("OLD", [.notFlag(.recent)]),
        ("KEYWORD $Junk UNKEYWORD x", [.flag(.keyword("$Junk")), .notFlag(.keyword("x"))]),
        ("body a TEXT b", [.body([97]), .text([98])]),
        ("BCC a CC b TO c FROM d", [.envelope(.bcc, [97]), .envelope(.cc, [98]), .envelope(.to, [99]), .envelope(.from, [100])]),
    ])
    func keys(text: String, keys: [SearchKey]) {
        #expect(Self.read(text).map { Array($0.keys) } == keys)
    }

    @Test func dates() throws {
        let day = try #require(CalendarDay(year: 1994, month: 2, day: 1))
        #expect(
            Self.read("BEFORE 1-Feb-1994 ON \"01-feb-1994\" SINCE 1-Feb-1994").map { Array($0.keys) }
                == [.internalDate(.before(day)), .internalDate(.on(day)), .internalDate(.since(day))])
        #expect(
            Self.read("SENTBEFORE 1-Feb-1994 SENTON 1-Feb-1994 SENTSINCE 1-Feb-1994").map { Array($0.keys) }
                == [.sentDate(.before(day)), .sentDate(.on(day)), .sentDate(.since(day))])
    }

    @Test(arguments: [
        "", " ", "ALL ", "()", "(ALL", "ALL)", "NOT", "NOT ", "OR ALL", "OR ALL ", "OR (ALL SEEN)", "FOO", "SUBJECT", "SUBJECT ",
        "LARGER x", "LARGER -1",
        "BEFORE 1-1-1994", "BEFORE 31-Feb-1994", "UID", "UID x", "HEADER a", "(ALL)(SEEN)", "ALL  SEEN", "1:", "KEYWORD \\Seen",
        "LARGER 4294967296",
        "BODY {2}\r\n\u{0}", "NOTALL", "ORALL SEEN",
    ])
    func refused(text: String) { #expect(Self.read(text) == nil) }

    @Test func textsMustBeUTF8() {
        var scanner = Scanner(Array("BODY {1}\r\n".utf8) + [0xE9])
        #expect((try? SearchProgram(parsing: &scanner)) == nil)
    }

    @Test func nestingIsBounded() {
        #expect(Self.read(String(repeating: "(", count: 90) + "ALL" + String(repeating: ")", count: 90)) != nil)
        #expect(Self.read(String(repeating: "(", count: 20000) + "ALL" + String(repeating: ")", count: 20000)) == nil)
        #expect(Self.read(String(repeating: "NOT ", count: 20000) + "ALL") == nil)
        #expect(Self.read(String(repeating: "OR ", count: 20000) + "ALL") == nil)
        #expect(Self.read(String(repeating: "ALL ", count: 3000) + "ALL") == nil)
    }

    @Test func necessaryKeysAreThoseThatNothingDenies() {
        #expect(Self.read("1:5 (SEEN) OR DRAFT SEEN FLAGGED")?.necessaryKeys.count == 2)
        #expect(Self.read("1:5 NOT DRAFT FLAGGED")?.necessaryKeys.count == 1)
    }

    @Test(arguments: [
        ("SEEN 1:5 LARGER 3", SearchKey.Source.row), ("SEEN FROM x", .envelope), ("HEADER x y FROM a", .header),
        ("OR SEEN NOT BODY x", .message),
    ])
    func sources(text: String, source: SearchKey.Source) { #expect(Self.read(text)?.source == source) }
}

@Suite struct SearchEvaluationTests {
    /// Keys stand for their values: SEEN is true, DRAFT is false, FLAGGED cannot be told.
    private func evaluate(_ text: String, counting tests: inout Int) -> Bool?? {
        var count = 0
        let value = SearchProgramTests.read(text)?.evaluate { key in
            count += 1
            return switch key {
            case .flag(.seen): true
            case .flag(.draft): false
            default: nil
            }
        }
        tests = count
        return value
    }

    @Test(arguments: [
        ("SEEN", true), ("DRAFT", false), ("FLAGGED", nil), ("NOT SEEN", false), ("NOT NOT SEEN", true), ("NOT FLAGGED", nil),
        ("SEEN DRAFT", false),
        ("SEEN SEEN", true), ("SEEN FLAGGED", nil), ("FLAGGED DRAFT", false), ("OR SEEN FLAGGED", true), ("OR FLAGGED SEEN", true),
        ("OR DRAFT FLAGGED", nil),
        ("OR DRAFT DRAFT", false), ("(SEEN (SEEN)) SEEN", true), ("OR (SEEN DRAFT) (SEEN SEEN)", true),
        ("OR (SEEN DRAFT) NOT (SEEN SEEN)", false),
        ("NOT OR DRAFT DRAFT", true), ("NOT (SEEN DRAFT)", true), ("OR OR DRAFT DRAFT OR DRAFT SEEN", true),
        ("NOT OR NOT SEEN DRAFT SEEN", true),
        ("(FLAGGED SEEN) DRAFT", false), ("OR (FLAGGED SEEN) DRAFT", nil), ("NOT (OR FLAGGED FLAGGED)", nil),
    ])
    func values(text: String, value: Bool?) {
        var tests = 0
        #expect(evaluate(text, counting: &tests) == .some(value))
    }

    @Test func decidedGroupsAreLeft() {
        var tests = 0
        _ = evaluate("DRAFT SEEN SEEN SEEN", counting: &tests)
        #expect(tests == 1)
        _ = evaluate("OR SEEN (SEEN SEEN SEEN) SEEN", counting: &tests)
        #expect(tests == 2)
        _ = evaluate("NOT (DRAFT SEEN SEEN) SEEN", counting: &tests)
        #expect(tests == 2)
    }

    /// Against plain recursion over random programs.
    @Test func behavesLikeRecursion() {
        var random = SplitMix(state: 5)
        func make(_ depth: Int) -> (text: String, value: Bool) {
            switch depth > 5 ? random.below(2) : random.below(5) {
            case 0: return ("SEEN", true)
            case 1: return ("DRAFT", false)
            case 2:
                let inner = make(depth + 1)
                return ("NOT \(inner.text)", !inner.value)
            case 3:
                let (a, b) = (make(depth + 1), make(depth + 1))
                return ("OR \(a.text) \(b.text)", a.value || b.value)
            default:
                let all = (0...random.below(3)).map { _ in make(depth + 1) }
                return ("(" + all.map(\.text).joined(separator: " ") + ")", all.allSatisfy(\.value))
            }
        }
        for _ in 0..<3000 {
            let (text, value) = make(0)
            var tests = 0
            #expect(evaluate(text, counting: &tests) == .some(.some(value)), "\(text)")
        }
    }
}
