/// What an operator wants of one setting.
public struct SettingChange: Sendable {
    public var key: String
    /// In its written form, or as text of any type (`.text("26")` for a port); `nil` goes back to what holds without the file.
    public var value: WrittenValue?

    public init(_ key: String, _ value: WrittenValue?) {
        self.key = key
        self.value = value
    }
}

/// What a change of the file has led to.
public struct ChangedSettings: Sendable {
    /// What holds now.
    public let settings: Settings
    /// The settings that were asked for, before and after, in the order in which they were asked for.
    public let changes: [(before: DeclaredSetting, after: DeclaredSetting)]

    init(settings: Settings, keys: [String], before: Settings) {
        self.settings = settings
        let old = Dictionary(before.declared.map { ($0.key, $0) }) { first, _ in first }
        let new = Dictionary(settings.declared.map { ($0.key, $0) }) { first, _ in first }
        changes = keys.compactMap { key in
            guard let before = old[key], let after = new[key] else { return nil }
            return (before, after)
        }
    }
}
