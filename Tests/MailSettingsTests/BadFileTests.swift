import Testing

@testable import MailSettings

/// A settings file and all that Postern says about it, word for word.
@Suite struct BadFileTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var file: String
        var said: [String]
        var testDescription: String { file }

        init(_ file: String, _ said: String...) {
            self.file = file
            self.said = said
        }
    }

    static let port = "allowed is a whole number from 1 to 65535."

    static let cases: [Case] = [
        // names
        Case("smtp.prot = 25", "f:1: smtp.prot is not a setting; did you mean smtp.port?"),
        Case("[smpt]\nport = 25", "f:2: smpt.port is not a setting; did you mean smtp.port?"),
        Case("max-message-size = \"1MiB\"", "f:1: max-message-size is not a setting; did you mean smtp.max-message-size?"),
        Case("\n\nweather = \"fine\"", "f:3: weather is not a setting; \"postern settings list\" shows all."),
        Case("smtp = 25", "f:1: smtp is a group of settings, not a setting; write smtp.NAME = VALUE."),
        Case("[smtp.port]\nnumber = 25", "f:2: smtp.port.number is not a setting; smtp.port is one, and has nothing below it."),
        Case("[weather]", "f:1: weather is not a setting; \"postern settings list\" shows all."),
        Case("smtp = { prot = 25 }", "f:1: smtp.prot is not a setting; did you mean smtp.port?"),
        // lines as other systems end them
        Case(
            "smtp.utf8 = true\r\nsmtp.port = maybe\r\nimap.prot = 143\r\n",
            "f:2: this line is not TOML: maybe must stand in double quotes.",
            "f:3: imap.prot is not a setting; did you mean imap.port?"),
        // types
        Case("smtp.port = \"25\"", "f:1: smtp.port = \"25\" must be written without quotes; \(port)"),
        Case("smtp.port = \"mail\"", "f:1: smtp.port = \"mail\" is of the wrong type; \(port)"),
        Case("smtp.port = 2.5", "f:1: smtp.port = 2.5 is of the wrong type; \(port)"),
        Case("smtp.port = 1979-05-27 # born", "f:1: smtp.port = 1979-05-27 is of the wrong type; \(port)"),
        Case("smtp.port = [25]", "f:1: smtp.port = [25] is of the wrong type; \(port)"),
        Case("smtp.utf8 = 1", "f:1: smtp.utf8 = 1 is of the wrong type; allowed is true or false."),
        Case("smtp.utf8 = \"on\"", "f:1: smtp.utf8 = \"on\" must be written without quotes; allowed is true or false."),
        Case(
            "smtp.max-message-size = 52428800",
            "f:1: smtp.max-message-size = 52428800 is of the wrong type; allowed is a size from 1MiB to 1GiB, such as \"50MiB\"."),
        Case(
            "smtp.max-message-size = \"50 MB\"",
            "f:1: smtp.max-message-size = \"50 MB\" is not understood; allowed is a size from 1MiB to 1GiB, such as \"50MiB\"."),
        Case(
            "[[smtp.port]]\nnumber = 25",
            "f:1: smtp.port = [\u{2026}] is of the wrong type; \(port)"),
        // ranges
        Case("smtp.port = 0", "f:1: smtp.port = 0 is out of range; \(port)"),
        Case("smtp.port = 99999", "f:1: smtp.port = 99999 is out of range; \(port)"),
        Case(
            "smtp.max-message-size = \"2GiB\"",
            "f:1: smtp.max-message-size = \"2GiB\" is out of range; allowed is a size from 1MiB to 1GiB, such as \"50MiB\"."),
        Case(
            "login.default-domain = \"no domain\"",
            "f:1: login.default-domain = \"no domain\" is not allowed; allowed is a domain name, or \"\" for none."),
        Case(
            "mailbox.interfaces = [\"eth/0\"]",
            """
            f:1: mailbox.interfaces = [\"eth/0\"] is not allowed; allowed is a list of interface names, their beginnings with a star, \
            and IP addresses, none twice, at most 100.
            """),
        Case(
            "mailbox.interfaces = [\"::1\", \"::1\"]",
            """
            f:1: mailbox.interfaces = [\"::1\", \"::1\"] is not allowed; allowed is a list of interface names, their beginnings with a \
            star, and IP addresses, none twice, at most 100.
            """),
        Case(
            "smtp.bare-newline = \"keep\"",
            "f:1: smtp.bare-newline = \"keep\" is not allowed; allowed is one of \"refuse\", \"normalise\"."),
        // twice, and together
        Case(
            "\"smtp.port\" = 26\n[smtp]\nport = 27", "f:3: smtp.port is set twice (line 1); once is allowed."),
        Case(
            "smtp.port = 143",
            "f:1: smtp.port = 143 is also the value of imap.port (default); each service needs a port of its own."),
        Case(
            "smtp.port = 2000\nimap.port = 2000",
            "f:2: imap.port = 2000 is also the value of smtp.port (f:1); each service needs a port of its own."),
        // texts that are no TOML
        Case("smtp.utf8 = off", "f:1: this line is not TOML: write false instead of off."),
        Case("smtp.max-message-size = 50MiB", "f:1: this line is not TOML: 50MiB must stand in double quotes."),
        Case(
            "smtp.port = 25\nsmtp.port = 26",
            "f:2: this line is not TOML: Error while parsing key-value pair: cannot redefine existing integer 'smtp.port'."),
        // everything, not only the first
        Case(
            """
            # ours
            smtp.utf8 = on
            smtp.prot = 25

            [imap]
            port = 0
            [mailbox]
            folders = "Sent"
            """,
            "f:2: this line is not TOML: write true instead of on.",
            "f:3: smtp.prot is not a setting; did you mean smtp.port?",
            "f:6: imap.port = 0 is out of range; \(port)",
            "f:8: mailbox.folders = \"Sent\" is of the wrong type; allowed is a list of folder names without control characters, "
                + "empty levels or INBOX, none twice, at most 50."),
    ]

    @Test(arguments: cases) func everyMistakeIsTold(_ example: Case) {
        let reading = TOMLReading(Array(example.file.utf8), path: "f") { .file(path: "f", line: $0) }
        var said: [String] = []
        do throws(SettingsError) {
            _ = try Settings(reading: [reading.layer])
        } catch {
            said = error.problems.map(\.description)
        }
        #expect(said == example.said)
    }

    @Test func bytesThatAreNoText() {
        for (bytes, said) in [
            ([35, 10, 0xFF, 10], "f:2: this line is not UTF-8 text."), ([0], "f: the file holds a NUL character."),
            (Array("smtp.helo-name = \"\\u0000\"".utf8), "f: the file holds a NUL character."),
        ] as [([UInt8], String)] {
            let reading = TOMLReading(bytes, path: "f") { .file(path: "f", line: $0) }
            #expect(reading.layer.problems.map(\.description) == [said])
        }
    }

    @Test(arguments: [
        ["smtp.port": "26x"], ["smtp.port": "+26"], ["smtp.port": ""], ["smtp.utf8": "maybe"], ["mailbox.folders": "A,,B"],
        ["smtp.prot": "1"],
    ]) func commandLineMistakes(_ values: [String: String]) {
        #expect((try? Settings.defaults.overriding(values)) == nil)
    }
}
