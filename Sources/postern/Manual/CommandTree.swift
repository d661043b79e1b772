internal import ArgumentParser
internal import FoundationEssentials

/// The command line as swift-argument-parser tells of it: every command with its words.
struct CommandTree: Decodable {
    struct Command: Decodable {
        var commandName: String
        var superCommands: [String]?
        var shouldDisplay: Bool?
        var abstract: String?
        var discussion: String?
        var subcommands: [Command]?
        var arguments: [Argument]?

        /// `postern queue list`
        var path: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }

        /// Itself and everything below that is shown, but for the parser's own help.
        var leaves: [Command] {
            guard shouldDisplay != false, commandName != "help" else { return [] }
            let below = (subcommands ?? []).filter { $0.commandName != "help" }
            return below.isEmpty ? [self] : below.flatMap(\.leaves)
        }
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String

            var text: String { kind == "long" ? "--\(name)" : "-\(name)" }
        }

        var kind: String
        var shouldDisplay: Bool
        var isOptional: Bool
        var isRepeating: Bool
        var names: [Name]?
        var valueName: String?
        var abstract: String?
        var defaultValue: String?

        private var value: String { (valueName ?? "value").uppercased() }

        /// `--limit LIMIT`, `--json`, `MESSAGE`
        var words: String {
            guard kind != "positional" else { return value + (isRepeating ? "…" : "") }
            let names = (names ?? []).map(\.text).joined(separator: ", ")
            return kind == "option" ? "\(names) \(value)" : names
        }

        var synopsis: String { isOptional || kind != "positional" ? "[\(words)]" : words }
    }

    var command: Command

    /// Throws when the parser's own text is not what it was.
    static func read() throws -> Command {
        try JSONDecoder().decode(CommandTree.self, from: Data(Postern._dumpHelp().utf8)).command
    }
}
