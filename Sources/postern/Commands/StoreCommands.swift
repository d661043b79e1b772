internal import AdminContract
internal import ArgumentParser

/// `postern store`
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Looks after the mail store.", subcommands: [Check.self])

    /// Exit code 1 when something was found.
    struct Check: OperationCommand {
        @OptionGroup var common: CommonOptions

        func operation() -> StoreCheck { StoreCheck() }

        func text(_ answer: StoreCheck.Answer) -> String {
            let read = "\(answer.messages) messages (\(Readable.bytes(answer.bytes))) are read back"
            guard !answer.findings.isEmpty else { return "\(read); all is well." }
            return (["\(read); \(answer.findings.count) findings:"] + answer.findings.map { "  \($0)" }).joined(separator: "\n")
        }

        func exitCode(_ answer: StoreCheck.Answer) -> ExitCode { answer.findings.isEmpty ? .success : .failure }
    }
}
