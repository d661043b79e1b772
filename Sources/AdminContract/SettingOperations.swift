public import MailSettings

/// `settings list`
public struct SettingsList: AdminOperation {
    public static let spec = OperationSpec("settings list", .get, "/api/settings", "Shows all settings with their values.")
    public enum CodingKeys: CodingKey, CaseIterable {}

    public struct Answer: Codable, Sendable {
        public var settings: [SettingFacts]
        public init(settings: [SettingFacts]) { self.settings = settings }
    }

    public init() {}
}

/// `settings get`
public struct SettingsGet: AdminOperation {
    public static let spec = OperationSpec(
        "settings get", .get, "/api/settings/{key}", "Shows one setting: its value, where that comes from and what is allowed.")
    public enum CodingKeys: CodingKey, CaseIterable { case key }
    public typealias Answer = SettingFacts

    public var key: String
    public var subject: String { key }

    public init(key: String) { self.key = key }
}

/// `settings set`
public struct SettingsSet: AdminOperation {
    public static let spec = OperationSpec(
        "settings set", .put, "/api/settings", "Changes settings, all or none, and writes them to the settings file.")
    public enum CodingKeys: CodingKey, CaseIterable { case values }
    public typealias Answer = SettingsChanged

    /// Key → value, as JSON of its type or as text: `26`, `"26"`, `"50MiB"`, `["Drafts","Sent"]`.
    public var values: [String: WrittenValue]
    public var subject: String { values.keys.sorted().joined(separator: ", ") }

    public init(values: [String: WrittenValue]) { self.values = values }
}

/// `settings reset`
public struct SettingsReset: AdminOperation {
    public static let spec = OperationSpec(
        "settings reset", .post, "/api/settings/reset", "Takes settings out of the settings file, so that their defaults hold again.")
    public enum CodingKeys: CodingKey, CaseIterable { case keys }
    public typealias Answer = SettingsChanged

    public var keys: [String]
    public var subject: String { keys.joined(separator: ", ") }

    public init(keys: [String]) { self.keys = keys }
}

/// A setting as it holds now.
public struct SettingFacts: Codable, Sendable {
    public var key: String
    public var value: WrittenValue
    /// The value's text form, as on a command line.
    public var text: String
    public var `default`: WrittenValue
    /// `default`, a file with its line, or `--set`.
    public var origin: String
    /// What may be written.
    public var allowed: String
    public var doc: String
    public var takesEffect: TakesEffect

    public init(_ setting: DeclaredSetting) {
        key = setting.key
        value = setting.shown
        text = setting.shownText
        `default` = setting.defaultValue
        origin = setting.origin.description
        allowed = setting.allowed
        doc = setting.doc
        takesEffect = setting.takesEffect
    }
}

/// What a change of settings has led to.
public struct SettingsChanged: Codable, Sendable {
    public struct Change: Codable, Sendable {
        public var key: String
        /// Text forms of the values that held before and that hold now.
        public var before: String
        public var after: String
        public var origin: String
        public var takesEffect: TakesEffect
        /// One sentence: when the change takes effect, or why it does not.
        public var effect: String

        public init(before: DeclaredSetting, after: DeclaredSetting) {
            key = after.key
            self.before = before.shownText
            self.after = after.shownText
            origin = after.origin.description
            takesEffect = after.takesEffect
            effect =
                switch (after.origin, after.takesEffect) {
                case (.commandLine, _): "The daemon was started with --set \(after.key); the file counts when it is started without."
                case _ where before.value == after.value: "Nothing has changed."
                case (_, .live): "It takes effect at once."
                case (_, .restart): "It takes effect when the daemon is restarted."
                }
        }
    }

    public var changes: [Change]
    public init(changes: [Change]) { self.changes = changes }
}
