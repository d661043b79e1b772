import Testing

/// Something that no line of the sources may say.
struct TextRule: Sendable, CustomTestStringConvertible {
    let name: String
    let reason: String
    /// One of these has to be in the line for `judges` to be asked; looked for in code, or in the whole line.
    let words: [String]
    let readsComments: Bool
    /// Gets the file and a line's index; `true` is a find.
    let judges: @Sendable (SourceFile, Int) -> Bool

    init(_ name: String, _ reason: String, in words: String..., judges: @escaping @Sendable (SourceFile, Int) -> Bool = { _, _ in true }) {
        (self.name, self.reason, self.words, readsComments, self.judges) = (name, reason, words, false, judges)
    }

    init(_ name: String, _ reason: String, inComments words: String..., judges: @escaping @Sendable (SourceFile, Int) -> Bool) {
        (self.name, self.reason, self.words, readsComments, self.judges) = (name, reason, words, true, judges)
    }

    func finds(_ file: SourceFile, _ index: Int) -> Bool {
        let text = readsComments ? file.lines[index] : file.code[index]
        return words.contains { text.contains($0) } && judges(file, index)
    }

    var testDescription: String { name }

    static let all = [
        TextRule("try!", "an error that is not handled kills every session of every protocol", in: "try!"),
        TextRule("fatalError", "when we are wrong, a precondition says so in a sentence", in: "fatalError("),
        TextRule("as!", "a cast that fails kills every session of every protocol", in: "as!"),
        TextRule(
            "@unchecked Sendable without a reason", "a comment beside it has the sentence that makes it true", in: "@unchecked Sendable"
        ) {
            !$0.lines[$1].contains("//") && !$0.isExplained(above: $1)
        },
        TextRule(
            "names that say nothing", "a name is the protocol's noun or verb", in: "class", "struct", "enum", "actor", "protocol",
            "typealias"
        ) {
            $0.code[$1].contains(#/\b(?:class|struct|enum|actor|protocol|typealias) \w*(?:Manager|Helper|Utils?|Impl)\b/#)
        },
        TextRule(
            "a type named like its module", "Swift cannot tell the two apart where it matters", in: "class", "struct", "enum", "actor",
            "protocol"
        ) { file, index in
            guard let match = file.code[index].firstMatch(of: #/\b(?:class|struct|enum|actor|protocol) (\w+)/#) else { return false }
            // Everybody calls the two stores by these names, and neither module has a second type that one would have to qualify.
            return match.1 == file.target && !["MailStore", "StateStore"].contains(file.target)
        },
        TextRule(
            "RFC spelling", "sections are cited as `RFC 9051 §6.4.7`, so that one search finds them", inComments: "RFC", "rfc", "Rfc", "§"
        ) {
            file, index in
            guard let comment = file.comment(atLine: index) else { return false }
            return comment.contains(
                #/RFC[-_]?\d{4}|R?r?fc[-_ ]?\d{4}|RFC \d+,? *(?:[Ss]ection|[Ss]ec\b|[Cc]hapter)|RFC \d+, §|RFC \d+§|§ \d/#)
        },
        TextRule(
            "texts parted by characters", "`parts(at:)` and `halves(at:)` also find a separator that is one character with its neighbour",
            in: ".split(separator: \"", "Index(of: \""
        ) {
            $0.lines[$1].contains(#/(?:\.split\(separator|Index\(of): "(?:[^"\\]|\\.)"/#)
        },
        TextRule("unfinished work", "what is not done is an issue, not a comment", inComments: "TODO", "FIXME", "XXX", "HACK") {
            $0.comment(atLine: $1)?.contains(#/\b(?:TODO|FIXME|XXX|HACK)\b/#) ?? false
        },
    ]
}

extension SourceFile {
    /// What stands behind the slashes.
    fileprivate func comment(atLine index: Int) -> Substring? {
        guard let slashes = lines[index].firstRange(of: "//") else { return nil }
        return lines[index][slashes.upperBound...]
    }

    /// Whether the line above, attributes left out, is a comment.
    fileprivate func isExplained(above index: Int) -> Bool {
        var above = index - 1
        while above >= 0, lines[above].trimmed.hasPrefix("@") { above -= 1 }
        return above >= 0 && lines[above].trimmed.hasPrefix("//")
    }
}

extension String {
    fileprivate var trimmed: Substring { self[...].drop { $0 == " " } }
}
