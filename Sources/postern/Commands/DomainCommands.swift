internal import AdminContract
internal import ArgumentParser

/// `postern domain`
struct DomainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "Shows and changes local domains.",
        subcommands: [Add.self, List.self, Show.self, Set.self, Remove.self])

    struct Add: OperationCommand {
        @Argument(help: "The domain, such as example.org.") var name: String
        @OptionGroup var common: CommonOptions

        func operation() -> DomainAdd { DomainAdd(name: name) }
        func text(_ answer: DomainFacts) -> String { "Domain \(answer.name) is added." }
    }

    struct List: OperationCommand {
        @OptionGroup var common: CommonOptions

        func operation() -> DomainList { DomainList() }
        func text(_ answer: DomainList.Answer) -> String {
            TextTable(
                ["DOMAIN", "ACCOUNTS", "ALIASES", "CATCH-ALL"],
                answer.domains.map { [$0.name, String($0.accounts), String($0.aliases), $0.catchAll.joined(separator: ", ")] }
            ).text
        }
    }

    struct Show: OperationCommand {
        @Argument(help: "The domain.") var name: String
        @OptionGroup var common: CommonOptions

        func operation() -> DomainShow { DomainShow(name: name) }
        func text(_ answer: DomainFacts) -> String { answer.text }
    }

    struct Set: OperationCommand {
        @Argument(help: "The domain.") var name: String
        @Option(help: "Who gets mail for names that do not exist; may be given several times.") var catchAll: [String] = []
        @Flag(help: "Refuse mail for names that do not exist.") var noCatchAll = false
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard catchAll.isEmpty == noCatchAll else { throw ValidationError("Give --catch-all ADDRESS or --no-catch-all.") }
        }

        func operation() -> DomainSet { DomainSet(name: name, catchAll: catchAll) }
        func text(_ answer: DomainFacts) -> String { answer.text }
    }

    struct Remove: OperationCommand {
        @Argument(help: "The domain.") var name: String
        @OptionGroup var common: CommonOptions

        func operation() -> DomainRemove { DomainRemove(name: name) }
        func text(_ answer: DomainFacts) -> String { "Domain \(answer.name) is removed." }
    }
}

extension DomainFacts {
    fileprivate var text: String {
        TextTable(facts: [
            ("Domain", name), ("Accounts", String(accounts)), ("Aliases", String(aliases)),
            ("Catch-all", catchAll.isEmpty ? "none: unknown names are refused" : catchAll.joined(separator: ", ")),
        ]).text
    }
}
