internal import Manual

/// postern(1), from the commands themselves.
enum CommandPage {
    /// What every command understands; said once.
    private static let common: Set<String> = ["--socket SOCKET", "--json", "-h, --help", "--version"]

    static func text(_ tree: CommandTree.Command) -> String {
        var page = RoffPage("postern", section: 1, purpose: "administers the Postern mail server", collection: "User Commands")
        page.section("SYNOPSIS")
        page.prose("postern COMMAND [ARGUMENT]… [OPTION]…")
        page.section("DESCRIPTION")
        page.prose(tree.discussion ?? "")
        page.section("OPTIONS")
        page.entry("--socket SOCKET", "The daemon's admin socket.")
        page.entry("--json", "Print the answer as JSON.")
        page.entry("-h, --help", "Show what a command understands.")
        page.section("COMMANDS")
        for command in tree.leaves { write(command, to: &page) }
        page.section("ENVIRONMENT")
        page.entry("POSTERN_SOCKET", "The daemon's admin socket, when --socket does not name it.")
        page.section("FILES")
        page.entry("/run/postern/admin.sock", "The daemon's admin socket, when nothing else names it.")
        page.seeAlso([("sendmail", 1), ("postern.toml", 5), ("posternd", 8), ("postern-gatekeeper", 8)])
        return page.text
    }

    private static func write(_ command: CommandTree.Command, to page: inout RoffPage) {
        let own = (command.arguments ?? []).filter { $0.shouldDisplay && !common.contains($0.words) }
        let positional = own.filter { $0.kind == "positional" }
        page.subsection(([command.path] + positional.map(\.synopsis)).joined(separator: " "))
        page.prose([command.abstract, command.discussion].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "\n\n"))
        for argument in own {
            let usual = argument.defaultValue.map { " Without it: \($0)." } ?? ""
            page.entry(argument.words, (argument.abstract ?? "As its name says.") + usual)
        }
    }
}
