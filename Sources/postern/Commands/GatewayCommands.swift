internal import AdminContract
internal import ArgumentParser

/// `postern interfaces`
struct InterfacesCommand: OperationCommand {
    @OptionGroup var common: CommonOptions

    func operation() -> InterfaceList { InterfaceList() }

    func text(_ answer: InterfaceList.Answer) -> String {
        let table = TextTable(
            ["INTERFACE", "KIND", "STATE", "ROLE", "ADDRESSES", "SERVICES"],
            answer.interfaces.map {
                [$0.name, $0.kind, $0.state, $0.role, $0.addresses.joined(separator: ", "), $0.services.joined(separator: ", ")]
            })
        let missing = answer.missing.map { "\($0) is chosen in the settings and not there now; it is served when it comes." }
        return ([table.text] + missing).joined(separator: "\n")
    }
}

/// `postern access`
struct AccessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access", abstract: "Shows how the firewall lets people reach the mail server.",
        subcommands: [List.self, Check.self, Explain.self])

    struct List: OperationCommand {
        @OptionGroup var common: CommonOptions

        func operation() -> AccessList { AccessList() }

        func text(_ answer: AccessRules) -> String {
            let table = TextTable(
                ["CHAIN", "PACKETS", "BYTES", "RULE"],
                answer.rules.map { [$0.chain, String($0.packets), Readable.bytes($0.bytes), $0.rule] })
            let note = AccessCommand.note(answer.filtersNothing, answer.otherChains)
            return (note + (answer.rules.isEmpty ? ["No permitting rule of ours is in the firewall."] : [table.text])).joined(
                separator: "\n")
        }
    }

    /// Exit code 1 when a port is not open.
    struct Check: OperationCommand {
        @OptionGroup var common: CommonOptions

        func operation() -> AccessCheck { AccessCheck() }
        func text(_ answer: AccessFindings) -> String { AccessCommand.text(answer, nothing: "Nothing is permitted by us.") }
        func exitCode(_ answer: AccessFindings) -> ExitCode {
            answer.findings.allSatisfy { $0.state == "open" } ? .success : .failure
        }
    }

    struct Explain: OperationCommand {
        @Argument(help: "A TCP port.")
        var port: String
        @OptionGroup var common: CommonOptions

        func operation() -> AccessExplain { AccessExplain(port: port) }
        func text(_ answer: AccessFindings) -> String { AccessCommand.text(answer, nothing: "There is no interface with an address.") }
    }

    /// Where no permit can stand, and what that means.
    fileprivate static func note(_ filtersNothing: Bool, _ otherChains: [String]) -> [String] {
        if filtersNothing { return ["This gateway filters nothing: there is no chain that could turn anybody away."] }
        guard !otherChains.isEmpty else { return [] }
        return [
            "None of the chains of firewall.chain exists, but packets to this gateway are filtered in \(otherChains.joined(separator: ", ")): name it there."
        ]
    }

    fileprivate static func text(_ answer: AccessFindings, nothing: String) -> String {
        let table = TextTable(
            ["SERVICE", "PORT", "INTERFACE", "PROTOCOL", "STATE", "BY"],
            answer.findings.flatMap { finding in
                [[finding.service, String(finding.port), finding.interface, finding.protocol, finding.state, finding.detail]]
                    + finding.exceptions.map { ["", "", "", "", "except", $0] }
            })
        let note = note(answer.filtersNothing, answer.otherChains)
        return (note + (answer.findings.isEmpty ? [nothing] : [table.text])).joined(separator: "\n")
    }
}
