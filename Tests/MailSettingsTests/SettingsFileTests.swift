import Foundation
import MailCore
import Testing

@testable import MailSettings

/// The file on a disk, with presets below and the command line above it.
@Suite final class SettingsFileTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "postern-settings-\(UUID())").path
    var path: String { folder + "/postern.toml" }

    init() throws { try FileManager.default.createDirectory(atPath: folder + "/defaults.d", withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func write(_ text: String, to name: String = "postern.toml") throws {
        try text.write(toFile: folder + "/" + name, atomically: false, encoding: .utf8)
    }
    func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
    func file(_ overrides: [(key: String, value: String)] = []) -> SettingsFile {
        SettingsFile(path: path, presets: folder + "/defaults.d", overrides: overrides)
    }

    @Test func noFileIsNothingSet() throws {
        #expect(try file().read().smtp.port == 25)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func presetsInTheOrderOfTheirNames() throws {
        try write("smtp.port = 1000\nimap.port = 1001\n", to: "defaults.d/10-vendor.toml")
        try write("smtp.port = 1002\n", to: "defaults.d/20-model.toml")
        try write("nonsense", to: "defaults.d/README")
        try write("imap.port = 1003\n")
        let settings = try file([("smtp.utf8", "off")]).read()
        #expect(settings.smtp.port == 1002)
        #expect(settings.imap.port == 1003)
        #expect(!settings.smtp.utf8)
        #expect(try settings.declared("smtp.port").origin == .preset(path: folder + "/defaults.d/20-model.toml", line: 1))
    }

    @Test func mistakesOfAllFiles() throws {
        try write("smtp.port = 0\n", to: "defaults.d/10-vendor.toml")
        try write("smtp.utf8 = on\nimap.prot = 1\n")
        let check = SettingsCheck(path: path, presets: folder + "/defaults.d")
        #expect(
            check.text == """
                \(folder)/defaults.d/10-vendor.toml:1: smtp.port = 0 is out of range; allowed is a whole number from 1 to 65535.
                \(path):1: this line is not TOML: write true instead of on.
                \(path):2: imap.prot is not a setting; did you mean imap.port?
                """)
        #expect(!check.isOK)
    }

    @Test func checking() throws {
        #expect(SettingsCheck(path: path).text == "\(path): the file cannot be read: No such file or directory.")
        #expect(SettingsCheck(path: folder).text == "\(folder): the file cannot be read: it is not a file.")
        try write("smtp.port = 26\n")
        #expect(SettingsCheck(path: path).isOK)
        #expect(SettingsCheck(path: path).text == "\(path): right; 1 of \(Settings.all.count) settings are set in it.")
    }

    @Test func changingMakesTheFile() throws {
        let changed = try file().change([SettingChange("smtp.port", .text("26"))])
        #expect(changed.settings.smtp.port == 26)
        #expect(changed.changes.map(\.before.text) == ["25"])
        #expect(changed.changes.map(\.after.text) == ["26"])
        #expect(try text() == "# What differs from Postern's defaults; see postern.toml(5).\nsmtp.port = 26\n")
    }

    @Test func onlyWhatDiffersIsKept() throws {
        try write("smtp.port = 1000\n", to: "defaults.d/10-vendor.toml")
        _ = try file().change([SettingChange("smtp.port", .integer(25)), SettingChange("smtp.utf8", .boolean(true))])
        #expect(try text().hasSuffix("smtp.port = 25\n"), "it differs from the preset; utf8 does not differ from the default")
        _ = try file().change([SettingChange("smtp.port", .integer(1000))])
        #expect(try text() == SettingsFile.firstLine)
        #expect(try file().read().smtp.port == 1000)
    }

    @Test func resetting() throws {
        try write("# why\nsmtp.port = 26 # x\nimap.port = 1\n")
        let changed = try file().change([SettingChange("smtp.port", nil)])
        #expect(changed.settings.smtp.port == 25)
        #expect(try text() == "# why\nimap.port = 1\n")
    }

    @Test func severalAtOnceMaySwap() throws {
        let changed = try file().change([SettingChange("smtp.port", .integer(143)), SettingChange("imap.port", .integer(25))])
        #expect(changed.settings.smtp.port == 143)
        #expect(changed.settings.imap.port == 25)
    }

    @Test func wrongChangesChangeNothing() throws {
        try write("smtp.port = 26\n")
        for (key, value, said) in [
            ("smtp.port", .text("x"), "smtp.port = \"x\" is of the wrong type; allowed is a whole number from 1 to 65535."),
            ("smtp.port", .integer(0), "smtp.port = 0 is out of range; allowed is a whole number from 1 to 65535."),
            ("smtp.prot", .integer(1), "smtp.prot is not a setting; did you mean smtp.port?"),
            (
                "imap.port", .integer(26),
                "\(path):2: imap.port = 26 is also the value of smtp.port (\(path):1); each service needs a port of its own."
            ),
        ] as [(String, WrittenValue, String)] {
            do throws(SettingsError) {
                _ = try file().change([SettingChange(key, value)])
                Issue.record("\(key) was accepted")
            } catch {
                #expect(error.description == said)
            }
        }
        #expect(try text() == "smtp.port = 26\n")
    }

    @Test func aBrokenFileIsNotTouched() throws {
        try write("smtp.prot = 26\n")
        #expect((try? file().change([SettingChange("imap.port", .integer(1))])) == nil)
        #expect(try text() == "smtp.prot = 26\n")
    }

    @Test func theCommandLineStaysOnTop() throws {
        let changed = try file([("smtp.port", "3000")]).change([SettingChange("smtp.port", .integer(26))])
        #expect(changed.settings.smtp.port == 3000)
        #expect(changed.changes[0].after.origin == .commandLine)
        #expect(try file().read().smtp.port == 26)
    }

    @Test func modeAndLinksStay() throws {
        try write("smtp.port = 26\n", to: "real.toml")
        try FileManager.default.setAttributes([.posixPermissions: 0o604], ofItemAtPath: folder + "/real.toml")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "real.toml")
        _ = try file().change([SettingChange("smtp.port", .integer(27))])
        let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/real.toml")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o604)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "real.toml")
        #expect(try text() == "smtp.port = 27\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["defaults.d", "postern.toml", "real.toml"])
    }

    @Test func aFolderThatIsNotThereIsTold() {
        do throws(SettingsError) {
            _ = try SettingsFile(path: folder + "/no/postern.toml").change([SettingChange("smtp.port", .integer(26))])
            Issue.record("written")
        } catch {
            #expect(error.description == "\(folder)/no/postern.toml: the file cannot be written: No such file or directory.")
        }
    }

    @Test func manyOperatorsAtOnce() async throws {
        let shared = file()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    _ = try? shared.change([
                        number % 2 == 0
                            ? SettingChange("smtp.max-errors", .integer(100 + number)) : SettingChange("imap.port", .integer(3000 + number))
                    ])
                }
            }
        }
        let settings = try shared.read()
        #expect(settings.smtp.maxErrors >= 100 && settings.imap.port >= 3001, "no change was lost")
    }
}
