import Testing

@testable import MailSettings

/// A settings file, one change, and the file afterwards: what the person wrote stays as it was.
@Suite struct RewriteTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var before: String
        var key: String
        var value: WrittenValue?
        var after: String
        var testDescription: String { "\(key) = \(value?.toml ?? "(reset)") in \(before)" }
    }

    static let house = """
        # Our house rules
        login.default-domain = "example.org"   # what the ISP has in PTR

          [smtp]   # receiving
          # was 25 before the move
          port = 2525 # until May
          max-message-size = "20MiB"

        [mailbox]
        folders = [
            "Drafts", # ours
            "Sent",
        ]

        """

    static let cases: [Case] = [
        Case(before: "", key: "smtp.port", value: .integer(26), after: "smtp.port = 26\n"),
        Case(before: "# a\n", key: "smtp.port", value: .integer(26), after: "# a\nsmtp.port = 26\n"),
        Case(before: "# no newline", key: "smtp.port", value: .integer(26), after: "# no newline\nsmtp.port = 26\n"),
        Case(before: "smtp.port = 25# x\n", key: "smtp.port", value: .integer(26), after: "smtp.port = 26# x\n"),
        Case(before: "smtp . \"port\"  =  25\t# x\n", key: "smtp.port", value: .integer(26), after: "smtp . \"port\"  =  26\t# x\n"),
        Case(
            before: "smtp.port = 25\r\n# x\r\n", key: "imap.port", value: .integer(1), after: "smtp.port = 25\r\n# x\r\nimap.port = 1\r\n"),
        Case(
            before: "smtp.port = 25 # x\n\n[imap]\nport = 1\n", key: "smtp.utf8", value: .boolean(false),
            after: "smtp.port = 25 # x\nsmtp.utf8 = false\n\n[imap]\nport = 1\n"),
        Case(before: "[smtp] # s", key: "smtp.port", value: .integer(26), after: "[smtp] # s\nport = 26\n"),
        Case(before: "[smtp]\nport = 2\n", key: "imap.port", value: .integer(26), after: "[smtp]\nport = 2\n\n[imap]\nport = 26\n"),
        Case(before: "smtp = { port = 25 }\n", key: "smtp.port", value: .integer(26), after: "smtp = { port = 26 }\n"),
        Case(before: "smtp = { port = 25 }\n", key: "smtp.utf8", value: .boolean(true), after: "smtp = { port = 25, utf8 = true }\n"),
        Case(before: "smtp = {}\n", key: "smtp.utf8", value: .boolean(true), after: "smtp = { utf8 = true }\n"),
        Case(before: "smtp = { port = 25, utf8 = true }\n", key: "smtp.port", value: nil, after: "smtp = { utf8 = true }\n"),
        Case(before: "smtp = { port = 25, utf8 = true }\n", key: "smtp.utf8", value: nil, after: "smtp = { port = 25 }\n"),
        Case(before: "a = 1\nsmtp.port = 25\nb = 2\n", key: "smtp.port", value: nil, after: "a = 1\nb = 2\n"),
        Case(before: "smtp.port = 25", key: "smtp.port", value: nil, after: ""),
        Case(before: "# a\n", key: "smtp.port", value: nil, after: "# a\n"),
        Case(
            before: "mailbox.folders = [\n  \"a\", # ]\n  'b]',\n] # end\nx = 1\n", key: "mailbox.folders", value: nil,
            after: "x = 1\n"),
        Case(
            before: "s = \"\"\"\nsmtp.port = 1\n\"\"\"\nsmtp.port = 2\n", key: "smtp.port", value: .integer(3),
            after: "s = \"\"\"\nsmtp.port = 1\n\"\"\"\nsmtp.port = 3\n"),
        Case(
            before: "s = '''\n[smtp]''''\nt = \"\\\"[imap]\\\\\"\n[smtp]\n", key: "smtp.port", value: .integer(3),
            after: "s = '''\n[smtp]''''\nt = \"\\\"[imap]\\\\\"\n[smtp]\nport = 3\n"),
        Case(
            before: house, key: "smtp.port", value: .integer(26),
            after: house.replacing("port = 2525 # until May", with: "port = 26 # until May")),
        Case(
            before: house, key: "smtp.utf8", value: .boolean(false),
            after: house.replacing("\"20MiB\"\n", with: "\"20MiB\"\n  utf8 = false\n")),
        Case(before: house, key: "smtp.port", value: nil, after: house.replacing("  port = 2525 # until May\n", with: "")),
        Case(
            before: house, key: "mailbox.folders", value: .list([.text("Sent")]),
            after: house.replacing("[\n    \"Drafts\", # ours\n    \"Sent\",\n]", with: "[\"Sent\"]")),
        Case(
            before: house, key: "login.default-domain", value: .text("x.example"),
            after: house.replacing("\"example.org\"   #", with: "\"x.example\"   #")),
        Case(before: house, key: "imap.port", value: .integer(1), after: house + "\n[imap]\nport = 1\n"),
        Case(before: "", key: "antivirus.clamav.address", value: .text("::1"), after: "antivirus.\"clamav.address\" = \"::1\"\n"),
    ]

    @Test(arguments: cases) func oneChange(_ example: Case) {
        var text = SettingsText(Array(example.before.utf8))
        if let value = example.value { text.set(example.key, to: value) } else { text.remove(example.key) }
        #expect(String(decoding: text.bytes, as: UTF8.self) == example.after)
        let reading = TOMLReading(text.bytes, path: "f") { .file(path: "f", line: $0) }
        #expect(reading.layer.problems == [], "it is still TOML")
    }

    /// Whatever stands in the file, the outline ends and its ranges lie inside.
    @Test func outlinesOfNonsenseEnd() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("a.=[]{},#\"'\\\n \t\r1é".utf8)
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...40, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            let outline = TOMLOutline(text)
            for assignment in outline.assignments {
                #expect(assignment.statement.upperBound <= text.count && assignment.value.upperBound <= text.count)
                #expect(assignment.value.lowerBound >= assignment.statement.lowerBound)
            }
        }
    }
}
