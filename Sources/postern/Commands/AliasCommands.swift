internal import AdminContract
internal import ArgumentParser

/// `postern alias`
struct AliasCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias", abstract: "Shows and changes aliases, groups and catch-alls.",
        subcommands: [Add.self, List.self, Show.self, Set.self, Remove.self])

    struct Add: OperationCommand {
        @Argument(help: "The address, such as info@example.org; or @example.org for a catch-all.") var address: String
        @Argument(help: "Where its mail goes.") var targets: [String]
        @OptionGroup var common: CommonOptions

        func operation() -> AliasAdd { AliasAdd(address: address, targets: targets) }
        func text(_ answer: AliasFacts) -> String { answer.text }
    }

    struct List: OperationCommand {
        @OptionGroup var common: CommonOptions

        func operation() -> AliasList { AliasList() }
        func text(_ answer: AliasList.Answer) -> String {
            TextTable(["ALIAS", "TARGETS"], answer.aliases.map { [$0.address, $0.targets.joined(separator: ", ")] }).text
        }
    }

    struct Show: OperationCommand {
        @Argument(help: "The alias.") var address: String
        @OptionGroup var common: CommonOptions

        func operation() -> AliasShow { AliasShow(address: address) }
        func text(_ answer: AliasFacts) -> String { answer.text }
    }

    struct Set: OperationCommand {
        @Argument(help: "The alias.") var address: String
        @Argument(help: "Where its mail goes from now on.") var targets: [String]
        @OptionGroup var common: CommonOptions

        func operation() -> AliasSet { AliasSet(address: address, targets: targets) }
        func text(_ answer: AliasFacts) -> String { answer.text }
    }

    struct Remove: OperationCommand {
        @Argument(help: "The alias.") var address: String
        @OptionGroup var common: CommonOptions

        func operation() -> AliasRemove { AliasRemove(address: address) }
        func text(_ answer: AliasFacts) -> String { "Alias \(answer.address) is removed." }
    }
}

extension AliasFacts {
    fileprivate var text: String { "\(address) -> \(targets.joined(separator: ", "))" }
}
