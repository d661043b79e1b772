import MailCore
import Testing

@testable import MailSettings

/// Settings made up for the page, so that a new setting of Postern changes no golden text.
private struct SampleSettings: SettingsGroup {
    enum Mode: String, CaseIterable, SettingValue { case off, optional, required }

    let port = Setting("sample.port", 25, .servicePort, "Port of the sample.", takesEffect: .restart)
    let size = Setting(
        "sample.max-size", ByteCount.mebibytes(50), .range(.mebibytes(1) ... .gibibytes(1)), "Largest sample.", takesEffect: .live)
    let mode = Setting("sample.mode", Mode.optional, ".dot first, back\\slash and don't-care.", takesEffect: .live)

    init() {}
}

private struct OtherSettings: SettingsGroup {
    let names = Setting("other.names", ["a", "b c"], .each("names") { _ in true }, "Names.", takesEffect: .live)
    let wait = Setting("other.wait", Duration.seconds(90), .range(.seconds(1) ... .seconds(86400)), "A wait.", takesEffect: .live)

    init() {}
}

@Suite struct ManualTests {
    @Test func entriesOfThePage() throws {
        let (_, declared) = try SettingsReading([]).perform { (SampleSettings(), OtherSettings()) }
        let page = SettingsManual.page(of: declared)
        let settings = page.components(between: "Each setting is shown with its default.\n", and: ".SH FILES\n")
        #expect(
            settings == #"""
                .SS sample
                .TP
                \fBsample.port\fR = 25
                Port of the sample.
                Allowed is a whole number from 1 to 65535.
                A change takes effect at the next start.
                .TP
                \fBsample.max\-size\fR = "50MiB"
                Largest sample.
                Allowed is a size from 1MiB to 1GiB, such as "50MiB".
                A change takes effect at once.
                .TP
                \fBsample.mode\fR = "optional"
                \&.dot first, back\eslash and don't\-care.
                Allowed is one of "off", "optional", "required".
                A change takes effect at once.
                .SS other
                .TP
                \fBother.names\fR = ["a", "b c"]
                Names.
                Allowed is a list of names, none twice, at most 100.
                A change takes effect at once.
                .TP
                \fBother.wait\fR = "90s"
                A wait.
                Allowed is a duration from 1s to 1d, such as "30m".
                A change takes effect at once.

                """#)
    }

    @Test func thePageHasEverySetting() {
        for setting in Settings.all {
            #expect(SettingsManual.page.contains("\\fB" + SettingsManual.escaped(setting.key) + "\\fR = "))
        }
        #expect(SettingsManual.page.hasSuffix(".BR posternd (8)\n"))
    }
}

extension String {
    fileprivate func components(between start: String, and end: String) -> String {
        guard let first = firstRange(of: start), let last = self[first.upperBound...].firstRange(of: end) else { return "" }
        return String(self[first.upperBound..<last.lowerBound])
    }
}
