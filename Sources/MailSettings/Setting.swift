/// When a changed setting begins to count.
public enum TakesEffect: String, Codable, Sendable {
    /// At once: for the next command, transaction or connection that reads it.
    case live
    /// When the daemon starts the next time.
    case restart
}

/// The settings of one part of Postern: a struct whose stored properties are `Setting`s, and nothing else.
///
/// Every instance is a snapshot: while settings are being read, each property takes its value from what is read; outside of
/// that it holds the default.
public protocol SettingsGroup: Sendable {
    init()
}

/// One setting, declared once: everything that shows, checks, writes or documents settings is a loop over these declarations.
public struct Setting<Value: SettingValue>: Sendable {
    /// Dotted, the group first: `smtp.max-message-size`.
    public let key: String
    /// What holds in the snapshot that this setting is a part of.
    public let value: Value

    /// Declares a setting. `doc` is one or more whole sentences for the man page, the form and the list.
    public init(
        _ key: String, _ defaultValue: Value, _ rule: SettingRule<Value> = .any, _ doc: String, takesEffect: TakesEffect
    ) {
        precondition(rule.permits(defaultValue), "the default of \(key) is not permitted by its own rule")
        self.key = key
        value =
            SettingsReading.current?.declare(key, defaultValue, rule, doc: doc, takesEffect: takesEffect) ?? defaultValue
    }

    /// Declares a setting that may have every value of its type.
    public init(_ key: String, _ defaultValue: Value, _ doc: String, takesEffect: TakesEffect) {
        self.init(key, defaultValue, .any, doc, takesEffect: takesEffect)
    }
}
