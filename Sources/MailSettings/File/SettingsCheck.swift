/// The answer of `posternd --check-settings FILE`.
public struct SettingsCheck: Sendable {
    public let problems: [SettingsProblem]
    /// For a person: the problems, a line each, or one line that says that all is well.
    public let text: String

    public var isOK: Bool { problems.isEmpty }

    /// Reads the file as the daemon would, above the presets. Other than for the daemon, the file must be there.
    public init(path: String, presets: String? = nil, overrides: [(key: String, value: String)] = []) {
        do throws(FileAccess.Failure) {
            _ = try FileAccess.read(path)
        } catch {
            problems = [SettingsProblem(file: path, "the file cannot be read: \(error.reason).")]
            text = problems[0].description
            return
        }
        do throws(SettingsError) {
            let settings = try SettingsFile(path: path, presets: presets, overrides: overrides).read()
            problems = []
            let count = settings.declared.count { if case .file = $0.origin { true } else { false } }
            text = "\(path): right; \(count) of \(settings.declared.count) settings are set in it."
        } catch {
            problems = error.problems
            text = error.description
        }
    }
}
