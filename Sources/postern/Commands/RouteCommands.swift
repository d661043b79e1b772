internal import AdminContract
internal import ArgumentParser

/// `postern route`
struct RouteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: "Shows and changes which servers take single domains' mail.",
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: OperationCommand {
        @Argument(help: "The domain.") var domain: String
        @Argument(help: "The host that takes its mail; without it its mail exchangers do, past the default relay.") var host: String?
        @Option(help: "The host's port.") var port: Int?
        @OptionGroup var common: CommonOptions

        func operation() -> RouteAdd { RouteAdd(domain: domain, host: host, port: port) }
        func text(_ answer: RouteFacts) -> String { answer.text }
    }

    struct List: OperationCommand {
        @OptionGroup var common: CommonOptions

        func operation() -> RouteList { RouteList() }
        func text(_ answer: RouteList.Answer) -> String {
            TextTable(["DOMAIN", "HOST"], answer.routes.map { [$0.domain, $0.target] }).text
        }
    }

    struct Remove: OperationCommand {
        @Argument(help: "The domain.") var domain: String
        @OptionGroup var common: CommonOptions

        func operation() -> RouteRemove { RouteRemove(domain: domain) }
        func text(_ answer: RouteFacts) -> String { "The route of \(answer.domain) is removed." }
    }
}

extension RouteFacts {
    fileprivate var target: String { host.map { "\($0):\(port)" } ?? "its mail exchangers" }
    fileprivate var text: String { "\(domain) -> \(target)" }
}

/// `postern relay`
struct RelayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Looks after the default relay.", subcommands: [Test.self])

    /// Exit code 1 when a step failed.
    struct Test: OperationCommand {
        @OptionGroup var common: CommonOptions

        func operation() -> RelayTest { RelayTest() }
        func text(_ answer: RelayTest.Answer) -> String {
            answer.steps.map { "\($0.isOK ? "ok     " : "FAILED ") \($0.name): \($0.words)" }.joined(separator: "\n")
        }
        func exitCode(_ answer: RelayTest.Answer) -> ExitCode { answer.steps.allSatisfy(\.isOK) ? .success : .failure }
    }
}
