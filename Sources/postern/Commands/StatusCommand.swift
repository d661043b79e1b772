internal import AdminContract
internal import ArgumentParser

/// `postern status`
struct StatusCommand: OperationCommand {
    @OptionGroup var common: CommonOptions

    func operation() -> Status { Status() }

    func text(_ answer: StatusFacts) -> String {
        let store = answer.store
        let mail = [store.messages.map { "\($0) messages" }, store.bytes.map(Readable.bytes)].compactMap { $0 }.joined(separator: ", ")
        let facts = TextTable(facts: [
            ("Version", answer.version),
            ("Up", "\(Readable.seconds(answer.uptime)), since \(answer.started)"),
            ("Directory", "\(answer.domains) domains, \(answer.accounts) accounts, \(answer.aliases) aliases"),
            ("Mail store", mail.isEmpty ? store.state : "\(store.state): \(mail)"),
            ("Mail drive", "\(Readable.bytes(store.freeSpace)) free of \(Readable.bytes(store.totalSpace))"),
        ])
        let services = TextTable(
            ["SERVICE", "LISTENS ON", "CONNECTIONS"],
            answer.services.map { [$0.name, $0.addresses.joined(separator: ", "), String($0.connections)] })
        let warnings = answer.warnings.map { "Warning: \($0)" }
        return ([facts.text, "", services.text] + (warnings.isEmpty ? [] : [""] + warnings)).joined(separator: "\n")
    }
}
