import MailCore
import MailSettings

/// A man page while it is written: roff's macros as words. man(7)
public struct RoffPage: Sendable {
    private var lines: [String]

    /// `title`: in capitals as the page's head has it. `purpose`: half a sentence for whatis(1).
    public init(_ name: String, section: Int, purpose: String, collection: String) {
        lines = [
            ".\\\" Made from the program's own lists; changes belong there.",
            ".TH \(Self.escaped(name.uppercased())) \(section) \"\" \"Postern\" \"\(collection)\"",
            ".SH NAME",
            "\(Self.escaped(name)) \\- \(Self.escaped(purpose))",
        ]
    }

    public var text: String { lines.joined(separator: "\n") + "\n" }

    public mutating func section(_ name: String) { lines.append(".SH \(Self.escaped(name))") }
    public mutating func subsection(_ name: String) { lines.append(".SS \"\(Self.escaped(name).replacing("\"", with: "\\(dq"))\"") }

    /// Prose; an empty line parts paragraphs.
    public mutating func prose(_ text: String) {
        for (number, paragraph) in text.split(separator: "\n\n").enumerated() {
            if number > 0 { lines.append(".PP") }
            lines += paragraph.parts(at: "\n").map { Self.escaped(String($0)) }
        }
    }

    /// A new paragraph begins.
    public mutating func paragraph() { lines.append(".PP") }

    /// A word in bold, and what it means.
    public mutating func entry(_ word: String, _ meaning: String) {
        lines += [".TP", "\\fB\(Self.escaped(word))\\fR"]
        lines += meaning.parts(at: "\n").map { Self.escaped(String($0)) }
    }

    /// Lines that stay as they are.
    public mutating func example(_ text: String) {
        lines.append(".PP")
        lines.append(".EX")
        lines += text.parts(at: "\n", keepingEmpty: true).map { Self.escaped(String($0)) }
        lines.append(".EE")
    }

    /// `postern(1), posternd(8)`
    public mutating func seeAlso(_ pages: [(name: String, section: Int)]) {
        section("SEE ALSO")
        lines += pages.enumerated().map { ".BR \(Self.escaped($1.name)) (\($1.section))\($0 == pages.count - 1 ? "" : ",")" }
    }

    private static func escaped(_ text: String) -> String { SettingsManual.escaped(text) }
}
