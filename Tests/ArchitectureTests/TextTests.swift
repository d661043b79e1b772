import Testing

@Suite struct TextTests {
    /// Longer files hold more than one idea.
    static let longestFile = 400

    @Test(arguments: SourceTree.project.files)
    func filesAreShort(file: SourceFile) {
        // The last line end is followed by an empty line that is none.
        #expect(file.lines.count - 1 <= Self.longestFile, "\(file.path) has \(file.lines.count - 1) lines; split it by its ideas")
    }

    @Test func mostFilesAreShorterStill() {
        let lengths = SourceTree.project.product.map(\.lines.count).sorted()
        #expect(lengths[lengths.count / 2] < 190)
    }

    @Test(arguments: TextRule.all)
    func nothingForbiddenIsSaid(rule: TextRule) {
        for file in SourceTree.project.product {
            for index in file.lines.indices where rule.finds(file, index) {
                Issue.record("\(file.path):\(index + 1) \(rule.name): \(rule.reason)")
            }
        }
    }

    /// Rules that find nothing anywhere may be blind.
    @Test(arguments: [
        ("try!", "let x = try! y()", true), ("try!", "let x = try y() // no try!", false), ("try!", "print(\"try!\")", false),
        ("fatalError", "fatalError(\"x\")", true), ("as!", "x as! Y", true), ("as!", "x as? Y", false),
        ("@unchecked Sendable without a reason", "final class A: @unchecked Sendable {", true),
        ("@unchecked Sendable without a reason", "final class A: @unchecked Sendable {  // locked by b", false),
        ("RFC spelling", "/// RFC 9051 §6.4.7", false), ("RFC spelling", "/// RFC9051", true), ("RFC spelling", "/// RFC822.SIZE", false),
        ("RFC spelling", "let x = \"RFC 5321 section 2\"", false), ("RFC spelling", "/// rfc 9051", true),
        ("RFC spelling", "/// RFC 9051 section 6", true), ("RFC spelling", "/// RFC 9051, §6", true),
        ("RFC spelling", "/// RFC 9051 § 6", true),
        ("RFC spelling", "/// as RFC 4648 has it", false), ("names that say nothing", "struct MailManager {", true),
        ("names that say nothing", "struct Implied {", false), ("a type named like its module", "enum A {", true),
        ("unfinished work", "// TODO: x", true),
        ("texts parted by characters", "let a = text.split(separator: \"=\", maxSplits: 1)", true),
        ("texts parted by characters", "text.split(separator: \"\\n\")", true),
        ("texts parted by characters", "if let a = text.lastIndex(of: \"/\") {", true),
        ("texts parted by characters", "text.split(separator: \"\\r\\n\")", false),
        ("texts parted by characters", "octets.split(separator: UInt8(ascii: \"=\"))", false),
    ])
    func rulesSee(name: String, line: String, isFound: Bool) throws {
        let rule = try #require(TextRule.all.first { $0.name == name })
        #expect(rule.finds(SourceFile(path: "Sources/A/B.swift", text: line), 0) == isFound)
    }

    @Test func aReasonAboveCounts() throws {
        let rule = try #require(TextRule.all.first { $0.name.hasPrefix("@unchecked") })
        let file = SourceFile(
            path: "Sources/A/B.swift", text: "/// `lock` guards all.\n@available(*, deprecated)\nfinal class A: @unchecked Sendable {")
        #expect(!rule.finds(file, 2))
    }
}
