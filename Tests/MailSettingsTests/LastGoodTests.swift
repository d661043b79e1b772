import Foundation
import Testing

@testable import MailSettings

/// A broken file at the start: the last good one holds, or nothing starts.
@Suite final class LastGoodTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "postern-last-good-\(UUID())").path
    var path: String { folder + "/postern.toml" }
    var kept: String { folder + "/state/last-good.toml" }

    init() throws { try FileManager.default.createDirectory(atPath: folder + "/state", withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func write(_ text: String) throws { try text.write(toFile: path, atomically: false, encoding: .utf8) }
    func file(_ overrides: [(key: String, value: String)] = []) -> SettingsFile {
        SettingsFile(path: path, presets: folder + "/defaults.d", lastGood: kept, overrides: overrides)
    }

    @Test func whatIsRightIsKept() throws {
        try write("smtp.port = 26 # ours\n")
        #expect(try file().readOrStandIn().smtp.port == 26)
        #expect(try String(contentsOfFile: kept, encoding: .utf8) == "smtp.port = 26 # ours\n")
        let changed = try file().change([SettingChange("imap.port", .integer(144))])
        #expect(changed.settings.imap.port == 144)
        #expect(try Data(contentsOf: URL(filePath: kept)) == Data(contentsOf: URL(filePath: path)))
    }

    @Test func theLastGoodOneStandsIn() throws {
        try write("smtp.port = 26\n")
        _ = try file().read()
        try write("smtp.port = 26\nimap.port = all\n")
        let broken = file([("smtp.utf8", "off")])
        let settings = try broken.readOrStandIn()
        #expect(settings.smtp.port == 26)
        #expect(!settings.smtp.utf8)
        #expect(try settings.declared("smtp.port").origin == .file(path: kept, line: 1))
        #expect(
            broken.sentences == [
                "\(path):2: this line is not TOML: all must stand in double quotes. The last good settings, kept in \(kept), hold instead."
            ])
        // What holds in its place is not lost by looking again, and gone from the sentences when the file is right.
        _ = try? broken.read()
        #expect(broken.sentences.count == 1 && broken.sentences[0].hasSuffix("hold instead."))
        #expect(try String(contentsOfFile: kept, encoding: .utf8) == "smtp.port = 26\n")
        try write("smtp.port = 27\n")
        #expect(try broken.read().smtp.port == 27)
        #expect(broken.sentences.isEmpty)
    }

    /// A deleted file sets nothing, and that is right: an older one must not come back.
    @Test func noFileIsGoodToo() throws {
        try write("smtp.port = 26\n")
        _ = try file().read()
        try FileManager.default.removeItem(atPath: path)
        _ = try file().read()
        try write("smtp.port = x\n")
        #expect(try file().readOrStandIn().smtp.port == 25)
    }

    @Test func withoutOneNothingStarts() throws {
        try write("smtp.port = 0\n")
        do throws(SettingsError) {
            _ = try file().readOrStandIn()
            Issue.record("it started")
        } catch {
            #expect(error.description == "\(path):1: smtp.port = 0 is out of range; allowed is a whole number from 1 to 65535.")
        }
    }

    /// The mistake is elsewhere: no file of the administrator's can mend it.
    @Test func aBrokenOptionOfThisRun() throws {
        try write("smtp.port = 26\n")
        _ = try file().read()
        #expect((try? file([("smtp.port", "0")]).readOrStandIn()) == nil)
    }

    @Test func laterTheOldSettingsStay() throws {
        try write("smtp.port = 26\n")
        let file = file()
        _ = try file.readOrStandIn()
        try write("smtp.port = 0\n")
        #expect((try? file.read()) == nil)
        #expect(file.sentences.map { String($0.suffix(40)) } == ["The settings that were in force stay so."])
    }

    @Test func aDiskThatCannotKeepItHindersNothing() throws {
        try FileManager.default.removeItem(atPath: folder + "/state")
        try write("smtp.port = 26\n")
        let file = file()
        #expect(try file.readOrStandIn().smtp.port == 26)
        #expect(file.sentences == ["\(kept): the last good settings cannot be kept: No such file or directory."])
    }
}
