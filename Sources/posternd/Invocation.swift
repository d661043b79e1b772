/// What the command line asks for.
enum Invocation: Equatable {
    case run(Options)
    case checkSettings(file: String, Options)
    case rebuildIndex(Options)
    case help
    case version

    struct Options: Equatable {
        var settings = "/etc/postern/postern.toml"
        var state = "/var/lib/postern"
        /// A folder of presets; what is said here must be there.
        var defaults: String?
        /// Settings for this run, above the file, in the order of the command line.
        var overrides: [Override] = []
        var isVerbose = false
    }

    struct Override: Equatable {
        var key: String
        var value: String
    }

    /// A command line that makes no sense: one sentence.
    struct UsageError: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    static let usage = """
        usage: posternd [--settings FILE] [--state DIR] [--defaults DIR] [--set KEY=VALUE]… [--verbose]
               posternd --check-settings FILE [--defaults DIR] [--set KEY=VALUE]…
               posternd --rebuild-index [--state DIR]

        Postern's mail server. Runs in the foreground, writes its journal to standard error (or natively to systemd's),
        and prints one line, "ready", when it accepts connections. SIGTERM ends it; SIGHUP reads the settings again.

          --settings FILE        the settings (default: /etc/postern/postern.toml); a file that is not there sets nothing
          --state DIR            accounts and mail (default: /var/lib/postern); made when it is not there
          --defaults DIR         presets below the settings (default: /usr/share/postern/defaults.d, when it is there)
          --set KEY=VALUE        a setting for this run, above the file; may be given several times
          --verbose              also tell what is only of interest when looking for a fault
          --check-settings FILE  say whether the file is right, and end: 0 when it is, else 1
          --rebuild-index        make the mail store's index anew from its last copy and the packs, and end; for a daemon that
                                 says its index is damaged, and is not running
          --version, --help
        """

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
        guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    private static func override(_ text: String) throws(UsageError) -> Override {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw UsageError(description: "--set \(text): write --set KEY=VALUE, for example --set smtp.port=2525.")
        }
        return Override(key: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
}
