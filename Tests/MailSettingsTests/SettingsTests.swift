import MailCore
import Synchronization
import Testing

@testable import MailSettings

@Suite struct SettingsTests {
    @Test func defaultsOfTheFixedKeys() {
        let settings = Settings.defaults
        #expect(settings.smtp.port == 25)
        #expect(settings.imap.port == 143)
        #expect(settings.smtp.maxMessageSize == .mebibytes(50))
        #expect(settings.smtp.interfaces == [])
        #expect(settings.smtp.heloName == "")
        #expect(settings.smtp.utf8)
        #expect(settings.mailbox.interfaces == [])
        #expect(settings.mailbox.folders == ["Drafts", "Sent", "Junk", "Trash", "Archive"])
        #expect(settings.login.defaultDomain == "")
        #expect(settings.accounts.delimiter == "+")
        #expect(settings.accounts.passwordIterations == 16384)
        #expect(settings.store.freeSpaceFloor == .mebibytes(256))
    }

    /// Every default can be written down, in both forms, and read again.
    @Test(arguments: Settings.all.map(\.key)) func defaultsSurviveTheirText(_ key: String) throws {
        let setting = try Settings.defaults.declared(key)
        let fromText = try Settings.defaults.overriding([key: setting.text])
        #expect(try fromText.declared(key).value == setting.value)
        #expect(try fromText.declared(key).origin == .commandLine)
        let file = Array("\(key) = \(setting.value.toml)\n".utf8)
        let reading = TOMLReading(file, path: "f") { .file(path: "f", line: $0) }
        #expect(try Settings(reading: [reading.layer]).declared(key).value == setting.value)
    }

    @Test(arguments: Settings.all.map(\.key)) func everyDeclarationIsComplete(_ key: String) throws {
        let setting = try Settings.defaults.declared(key)
        #expect(setting.doc.hasSuffix("."), "the doc is whole sentences")
        #expect(setting.key.utf8.allSatisfy { $0 &- 97 < 26 || $0.isASCIIDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") })
        #expect(setting.key.contains("."))
        #expect(!setting.allowed.hasSuffix("."))
    }

    @Test func laterLayersWin() throws {
        let preset = SettingsLayer(entries: [.init(key: "smtp.port", value: .integer(2500), origin: .preset(path: "p", line: 4))])
        let file = SettingsLayer(entries: [.init(key: "imap.port", value: .integer(1430), origin: .file(path: "f", line: 7))])
        let settings = try Settings(reading: [preset, file]).overriding(["imap.port": "1431"])
        #expect(settings.smtp.port == 2500)
        #expect(settings.imap.port == 1431)
        #expect(try settings.declared("smtp.port").origin.description == "p:4")
        #expect(try settings.declared("imap.port").origin.description == "--set")
        #expect(Settings.defaults.smtp.port == 25, "snapshots do not change")
    }

    @Test func commandLineForms() throws {
        let settings = try Settings.defaults.overriding([
            "smtp.utf8": "off", "smtp.max-message-size": "2MiB", "mailbox.folders": "[\"Sent, old\", Bin]",
            "mailbox.interfaces": "127.0.0.1,::1",
            "smtp.command-timeout": "2m", "smtp.bare-newline": "normalise",
        ])
        #expect(!settings.smtp.utf8)
        #expect(settings.smtp.maxMessageSize == .mebibytes(2))
        #expect(settings.mailbox.folders == ["Sent, old", "Bin"])
        #expect(settings.mailbox.interfaces == ["127.0.0.1", "::1"])
        #expect(settings.smtp.commandTimeout == .seconds(120))
        #expect(settings.smtp.bareNewline == .normalise)
        #expect(try settings.declared("mailbox.folders").text == "\"Sent, old\", Bin")
    }

    @Test(
        arguments: [
            ("", []), ("[]", []), ("[ ]", []), ("a", ["a"]), ("a, b ,c", ["a", "b", "c"]), ("[a,b,]", ["a", "b"]), ("\"\"", [""]),
            ("\"a\\\"b\"", ["a\"b"]),
            (",", nil), ("a,", nil), ("[a", nil), ("a]", nil), ("[[a]]", nil), ("\"a", nil), ("\"a\"b", nil), ("a,,b", nil),
        ] as [(String, [String]?)]) func listsOnACommandLine(_ text: String, _ items: [String]?)
    {
        #expect([String](text: text) == items)
    }

    @Test(arguments: [
        ["plain"], ["two words", "b"], ["a,b"], [""], [" x"], ["\"quoted\""], ["back\\slash"], ["[x]"], [],
    ]) func listsSurviveTheirText(_ items: [String]) {
        #expect([String](text: items.text) == items)
    }

    @Test func liveSettingsTellTheirListeners() throws {
        let live = LiveSettings(.defaults)
        let heard = Mutex([Int]())
        live.onChange { settings in heard.withLock { $0.append(settings.smtp.port) } }
        let before = live.current
        live.replace(with: try Settings.defaults.overriding(["smtp.port": "26"]))
        #expect(live.current.smtp.port == 26)
        #expect(before.smtp.port == 25)
        #expect(heard.withLock { $0 } == [26])
    }

    @Test func textIsWrittenAsTOML() {
        #expect(WrittenValue.text("a\"b\\c\n\u{7}é").toml == "\"a\\\"b\\\\c\\n\\u0007é\"")
        #expect(WrittenValue.list([.text("a"), .integer(-3), .boolean(true)]).toml == "[\"a\", -3, true]")
    }
}
