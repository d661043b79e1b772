internal import AdminContract
internal import ArgumentParser
internal import MailCore
internal import MailSettings

/// `postern settings`
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Shows and changes settings.",
        subcommands: [List.self, Get.self, Set.self, Reset.self, Manual.self])

    struct List: OperationCommand {
        @Argument(help: "Show only settings whose name holds this.")
        var name: String?
        @Flag(help: "Show only settings that differ from their default.")
        var changed = false
        @Flag(help: "Show what each setting means and what is allowed.")
        var long = false
        @OptionGroup var common: CommonOptions

        func operation() -> SettingsList { SettingsList() }

        func text(_ answer: SettingsList.Answer) -> String {
            let shown = answer.settings.filter { (name.map($0.key.contains) ?? true) && (!changed || $0.value != $0.default) }
            if long { return shown.map(Self.entry).joined(separator: "\n\n") }
            return TextTable(["SETTING", "VALUE", "FROM"], shown.map { [$0.key, $0.text, $0.origin] }).text
        }

        private static func entry(_ setting: SettingFacts) -> String {
            """
            \(setting.key) = \(setting.value.toml)
                \(setting.doc)
                From: \(setting.origin). Default: \(setting.default.toml).
                Allowed: \(setting.allowed). A change takes effect \(setting.takesEffect == .live ? "at once" : "at a restart").
            """
        }
    }

    struct Get: OperationCommand {
        @Argument(help: "The setting, such as smtp.port.", completion: .settings)
        var key: String
        @OptionGroup var common: CommonOptions

        func operation() -> SettingsGet { SettingsGet(key: key) }
        func text(_ answer: SettingFacts) -> String { answer.text }
    }

    struct Set: OperationCommand {
        @Argument(
            help: ArgumentHelp("The setting and its value, or several as KEY=VALUE.", valueName: "key value"), completion: .settings)
        var words: [String]
        @OptionGroup var common: CommonOptions

        func validate() throws { _ = try values() }
        func operation() throws -> SettingsSet { SettingsSet(values: try values()) }

        private func values() throws -> [String: WrittenValue] {
            if words.count == 2, words[0].halves(at: "=") == nil { return [words[0]: .text(words[1])] }
            var values: [String: WrittenValue] = [:]
            for word in words {
                guard let (name, value) = word.halves(at: "=") else {
                    throw ValidationError("Write KEY VALUE for one setting, or KEY=VALUE for each of several.")
                }
                let key = String(name)
                guard values.updateValue(.text(String(value)), forKey: key) == nil else {
                    throw ValidationError("\(key) is named twice.")
                }
            }
            return values
        }

        func text(_ answer: SettingsChanged) -> String { answer.text }
    }

    struct Reset: OperationCommand {
        @Argument(help: "The settings.", completion: .settings)
        var keys: [String]
        @OptionGroup var common: CommonOptions

        func operation() -> SettingsReset { SettingsReset(keys: keys) }
        func text(_ answer: SettingsChanged) -> String { answer.text }
    }

    /// Needs no daemon: the list of settings is a part of this program.
    struct Manual: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "manual", abstract: "Prints the man page postern.toml(5); show it with \"postern settings manual | man -l -\".")

        func run() { print(SettingsManual.page, terminator: "") }
    }
}

extension SettingsChanged {
    /// A line a setting.
    fileprivate var text: String {
        changes.map { change in
            let values = change.before == change.after ? change.after : "\(change.before) -> \(change.after)"
            return "\(change.key): \(values). \(change.effect)"
        }.joined(separator: "\n")
    }
}

extension CompletionKind {
    /// The names of all settings.
    fileprivate static var settings: CompletionKind { .list(Settings.all.map(\.key)) }
}
