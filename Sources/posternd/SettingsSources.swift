internal import Glibc
internal import MailSettings

/// Where the daemon's settings come from, and whether they are right.
extension Posternd {
    /// Presets of the firmware's maker.
    private static let vendorDefaults = "/usr/share/postern/defaults.d"

    static func presets(_ options: Invocation.Options) -> String? {
        options.defaults ?? (access(vendorDefaults, R_OK) == 0 ? vendorDefaults : nil)
    }

    /// The administrator's file above the presets and below this run's overrides.
    static func settingsFile(_ options: Invocation.Options, lastGood: String) -> SettingsFile {
        SettingsFile(
            path: options.settings, presets: presets(options), lastGood: lastGood,
            overrides: options.overrides.map { ($0.key, $0.value) })
    }

    /// The exit status of `--check-settings`.
    static func check(_ file: String, _ options: Invocation.Options) -> Int32 {
        let result = SettingsCheck(path: file, presets: presets(options), overrides: options.overrides.map { ($0.key, $0.value) })
        if result.isOK { Terminal.say(result.text) } else { Terminal.complain(result.text) }
        return result.isOK ? 0 : 1
    }
}
