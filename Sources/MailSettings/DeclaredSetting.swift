/// A setting without its type: what lists, forms, the file and the man page need, with what holds in one snapshot.
public struct DeclaredSetting: Sendable {
    public let key: String
    /// Whole sentences.
    public let doc: String
    public let form: SettingForm
    /// What may be written: `a size from 1MiB to 1GiB, such as "50MiB"`.
    public let allowed: String
    public let takesEffect: TakesEffect
    public let defaultValue: WrittenValue
    public let defaultText: String
    public let value: WrittenValue
    public let text: String
    /// Where the value comes from.
    public let origin: SettingOrigin
    /// A port that Postern listens on.
    public let claimsPort: Bool
    /// See `shown`.
    public let isSecret: Bool

    /// What may be seen of the value: that there is one, if it is secret.
    public var shown: WrittenValue { isSecret && !text.isEmpty ? .text("(secret)") : value }
    /// The same as text.
    public var shownText: String { isSecret && !text.isEmpty ? "(secret)" : text }

    /// The part before the first dot: `smtp`.
    public var group: String { String(key.prefix { $0 != "." }) }
}

/// Where a value was found. Later ones win: default, preset, file, command line.
public enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
    case `default`
    /// A file of the vendor's, and the line of the key in it.
    case preset(path: String, line: Int)
    /// The administrator's settings file, and the line of the key in it.
    case file(path: String, line: Int)
    /// `--set KEY=VALUE`.
    case commandLine

    public var description: String {
        switch self {
        case .default: "default"
        case .preset(let path, let line), .file(let path, let line): "\(path):\(line)"
        case .commandLine: "--set"
        }
    }

    /// Order of reading, for sorting problems.
    var place: (path: String?, line: Int?) {
        switch self {
        case .preset(let path, let line), .file(let path, let line): (path, line)
        case .default, .commandLine: (nil, nil)
        }
    }
}
