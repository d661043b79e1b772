import MailCore
import Testing

@testable import Manual
@testable import postern
@testable import posternd

/// The man pages are loops over the program's own lists; these hold that nothing is left out.
@Suite struct ManualTests {
    static func page(_ file: String) throws -> String { try #require(try ManualCommand.pages().first { $0.file == file }?.text) }

    @Test func everyEventIsExplained() throws {
        let page = try Self.page("posternd.8")
        for event in JournalEvent.allCases {
            #expect(event.meaning.hasSuffix("."), "\(event) has a sentence in JournalEventMeaning")
            #expect(page.contains(".TP\n\\fB\(event.rawValue.replacing("-", with: "\\-"))\\fR\n"))
        }
    }

    @Test func everyOptionOfTheDaemons() throws {
        for (file, usage) in [("posternd.8", ProgramUsage.posternd), ("postern-gatekeeper.8", ProgramUsage.gatekeeper)] {
            let page = try Self.page(file)
            let options = usage.matches(of: #/--[a-z-]+/#).map { String($0.output) }
            #expect(options.count > 3)
            for option in options { #expect(page.contains(option.replacing("-", with: "\\-")), "\(option) in \(file)") }
        }
        #expect(Invocation.usage == ProgramUsage.posternd)
    }

    @Test func everyCommand() throws {
        let page = try Self.page("postern.1")
        let leaves = try CommandTree.read().leaves
        #expect(leaves.count > 40)
        for leaf in leaves {
            #expect(page.contains(".SS \"\(leaf.path.replacing("-", with: "\\-"))"), "\(leaf.path)")
            for argument in leaf.arguments ?? [] where argument.shouldDisplay {
                #expect(page.contains(argument.words.replacing("-", with: "\\-")), "\(argument.words) of \(leaf.path)")
            }
        }
        #expect(!page.contains("postern manual"))
    }

    @Test func noLineIsTakenForAMacro() throws {
        for (file, text) in try ManualCommand.pages() where !text.hasPrefix(".so ") {
            for line in text.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
                #expect(line.contains(#/^\.(TH|SH|SS|TP|PP|EX|EE|BR|B|I|\\")( |$)/#), "\(file): \(line)")
            }
        }
    }

    @Test func usageTakenApart() {
        let usage = UsageText(
            """
            usage: x [--a FILE]
                   x --b

            Does this.
            And that.

            Goes on.

              --a FILE  first
                        and more
              --b, --c
            """)
        #expect(usage.synopses == ["x [--a FILE]", "x --b"])
        #expect(usage.prose == "Does this.\nAnd that.\n\nGoes on.")
        #expect(usage.options.map(\.words) == ["--a FILE", "--b, --c"])
        #expect(usage.options.map(\.meaning) == ["first and more", ""])
    }

    @Test func aSmallPage() {
        var page = RoffPage("x-y", section: 8, purpose: "does it", collection: "Things")
        page.section("SYNOPSIS")
        page.prose("one\n\n.two")
        page.entry("--a", "back\\slash")
        page.example("a -b")
        page.seeAlso([("a", 1), ("b", 8)])
        #expect(
            page.text == #"""
                .\" Made from the program's own lists; changes belong there.
                .TH X\-Y 8 "" "Postern" "Things"
                .SH NAME
                x\-y \- does it
                .SH SYNOPSIS
                one
                .PP
                \&.two
                .TP
                \fB\-\-a\fR
                back\eslash
                .PP
                .EX
                a \-b
                .EE
                .SH SEE ALSO
                .BR a (1),
                .BR b (8)

                """#)
    }
}
