internal import AdminContract
internal import ArgumentParser
internal import Glibc

/// `postern status`: everything on one screen, and an exit code for monitoring.
struct StatusCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: Status.spec.verb, abstract: Status.spec.doc,
        discussion: """
            Exit codes, as monitoring systems want them: 0 all is well; 1 there are warnings; 2 something does not work; 3 the daemon \
            cannot be reached.
            """)

    @OptionGroup var common: CommonOptions

    func operation() -> Status { Status() }

    func text(_ answer: StatusFacts) -> String {
        StatusScreen(answer, isColoured: isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil).text
    }

    func exitCode(_ answer: StatusFacts) -> ExitCode {
        switch answer.verdict {
        case .fine: .success
        case .warning: ExitCode(1)
        case .broken: ExitCode(2)
        }
    }
}
