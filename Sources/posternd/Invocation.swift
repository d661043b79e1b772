internal import Host
internal import MailCore

/// What the command line asks for.
enum Invocation: Equatable {
    case run(Options)
    case checkSettings(file: String, Options)
    case rebuildIndex(Options)
    case help
    case version

    struct Options: Equatable {
        var settings = "/etc/postern/postern.toml"
        var state = Self.usualState
        /// Where local programs' letters lie, when it is said.
        var drop: String?
        /// A folder of presets; what is said here must be there.
        var defaults: String?
        /// Settings for this run, above the file, in the order of the command line.
        var overrides: [Override] = []
        var isVerbose = false

        private static let usualState = "/var/lib/postern"
        /// A trial's letters are nobody else's.
        var dropFolder: String { drop ?? (state == Self.usualState ? DropFile.usualFolder : state + "/drop") }
    }

    struct Override: Equatable {
        var key: String
        var value: String
    }

    /// A command line that makes no sense: one sentence.
    struct UsageError: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    static var usage: String { ProgramUsage.posternd }

    /// `arguments` without the program's name.
    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var options = Options()
        var checked: String?
        var rebuilds = false
        var words = ArraySlice(Array(arguments))
        while let word = words.popFirst() {
            let (name, inline) = Self.split(word)
            func value() throws(UsageError) -> String {
                guard let value = inline ?? words.popFirst(), !value.isEmpty else {
                    throw UsageError(description: "\(name) needs a value.")
                }
                return value
            }
            switch name {
            case "--help", "-h":
                self = .help
                return
            case "--version":
                self = .version
                return
            case "--settings": options.settings = try value()
            case "--state": options.state = try value()
            case "--drop": options.drop = try value()
            case "--defaults": options.defaults = try value()
            case "--check-settings": checked = try value()
            case "--set": options.overrides.append(try Self.override(try value()))
            case "--rebuild-index": rebuilds = true
            case "--verbose": options.isVerbose = true
            default: throw UsageError(description: "\(word) is not understood; see posternd --help.")
            }
        }
        self = checked.map { .checkSettings(file: $0, options) } ?? (rebuilds ? .rebuildIndex(options) : .run(options))
    }

    /// `--state=DIR` is `--state DIR`.
    private static func split(_ word: String) -> (name: String, value: String?) {
        guard word.hasPrefix("--"), let (name, value) = word.halves(at: "=") else { return (word, nil) }
        return (String(name), String(value))
    }

    private static func override(_ text: String) throws(UsageError) -> Override {
        guard let (key, value) = text.halves(at: "="), !key.isEmpty else {
            throw UsageError(description: "--set \(text): write --set KEY=VALUE, for example --set smtp.port=2525.")
        }
        return Override(key: String(key), value: String(value))
    }
}
