internal import MailCore

/// A program's `--help`, taken apart again: synopses, words about it, and a line or more for each option. So the help is the only list
/// of options, and the man page follows.
struct UsageText {
    var synopses: [String] = []
    var prose = ""
    var options: [(words: String, meaning: String)] = []

    private var isNewParagraph = false

    private mutating func add(_ line: String) {
        if !prose.isEmpty { prose += isNewParagraph ? "\n\n" : "\n" }
        prose += line
        isNewParagraph = false
    }

    init(_ text: String) {
        for line in text.parts(at: "\n", keepingEmpty: true).map(String.init) {
            let bare = line.trimmed
            if line.hasPrefix("usage: ") {
                synopses.append(String(line.dropFirst("usage: ".count)))
            } else if line.hasPrefix("       "), options.isEmpty, prose.isEmpty {
                synopses.append(bare)
            } else if line.hasPrefix("  --") {
                let parts = bare.firstRange(of: "  ")
                options.append(
                    (String(bare[..<(parts?.lowerBound ?? bare.endIndex)]), parts.map { String(bare[$0.upperBound...]).trimmed } ?? ""))
            } else if let last = options.indices.last, !bare.isEmpty {
                options[last].meaning += " " + bare
            } else if options.isEmpty {
                if bare.isEmpty { isNewParagraph = true } else { add(bare) }
            }
        }
    }

    /// The synopsis and the description of a page.
    func open(_ page: inout RoffPage) {
        page.section("SYNOPSIS")
        for (number, synopsis) in synopses.enumerated() {
            if number > 0 { page.paragraph() }
            page.prose(synopsis)
        }
        page.section("DESCRIPTION")
        page.prose(prose)
    }

    func writeOptions(_ page: inout RoffPage) {
        page.section("OPTIONS")
        for option in options { page.entry(option.words, option.meaning.isEmpty ? "Tell what its name says, and end." : option.meaning) }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
