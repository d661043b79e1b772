public import MailCore

/// What kind of field a setting is, for forms and for messages.
public enum SettingForm: Hashable, Sendable {
    case boolean
    case integer
    case text
    case size
    case duration
    case list
    case choice([String])

    /// What may be written, before a rule narrows it.
    var noun: String {
        switch self {
        case .boolean: "true or false"
        case .integer: "a whole number"
        case .text: "text"
        case .size: "a size"
        case .duration: "a duration"
        case .list: "a list of texts"
        case .choice(let names): "one of " + names.map { WrittenValue.text($0).toml }.joined(separator: ", ")
        }
    }

    /// Shown behind the noun and the rule's limits.
    var example: String {
        switch self {
        case .size: ", such as \"50MiB\""
        case .duration: ", such as \"30m\""
        default: ""
        }
    }
}

/// A type that a setting can have.
public protocol SettingValue: Hashable, Sendable {
    static var form: SettingForm { get }
    /// Reads the text form, as on a command line; `nil` when it is not one.
    init?(text: String)
    /// Reads what stands in the file; strict about its type.
    init?(written: WrittenValue)
    /// The text form.
    var text: String { get }
    /// The form for the file and for JSON.
    var written: WrittenValue { get }
}

/// Most types are written as a quoted text form.
extension SettingValue {
    public init?(written: WrittenValue) {
        guard case .text(let text) = written else { return nil }
        self.init(text: text)
    }

    public var written: WrittenValue { .text(text) }
}

extension Bool: SettingValue {
    public static var form: SettingForm { .boolean }

    public init?(text: String) {
        switch text.asciiLowercased {
        case "on", "true", "yes": self = true
        case "off", "false", "no": self = false
        default: return nil
        }
    }

    public init?(written: WrittenValue) {
        guard case .boolean(let flag) = written else { return nil }
        self = flag
    }

    public var text: String { self ? "on" : "off" }
    public var written: WrittenValue { .boolean(self) }
}

extension Int: SettingValue {
    public static var form: SettingForm { .integer }

    public init?(text: String) {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit) else { return nil }
        self.init(text)
    }

    public init?(written: WrittenValue) {
        guard case .integer(let number) = written else { return nil }
        self = number
    }

    public var text: String { String(self) }
    public var written: WrittenValue { .integer(self) }
}

extension String: SettingValue {
    public static var form: SettingForm { .text }
    public init?(text: String) { self = text }
    public var text: String { self }
}

extension ByteCount: SettingValue {
    public static var form: SettingForm { .size }
    public var text: String { description }

    public init?(text: String) { self.init(text: text[...]) }
}

extension Duration: SettingValue {
    public static var form: SettingForm { .duration }

    public init?(text: String) { self.init(text: text[...]) }
}

/// A choice between names: `enum Mode: String, CaseIterable, SettingValue`.
extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    public static var form: SettingForm { .choice(allCases.map(\.rawValue)) }
    public init?(text: String) { self.init(rawValue: text) }
    public var text: String { rawValue }
}
