internal import AdminContract
internal import MailCore

/// The daemon's state as a person reads it.
struct StatusScreen {
    private let facts: StatusFacts
    private let isColoured: Bool

    /// `isColoured`: what does not work is red, what needs attention is yellow.
    init(_ facts: StatusFacts, isColoured: Bool = false) {
        self.facts = facts
        self.isColoured = isColoured
    }

    var text: String {
        ([headline, "", services, "", rest] + sentences).joined(separator: "\n")
    }

    private enum Colour: String {
        case red = "31"
        case yellow = "33"
        case green = "32"
    }

    private func painted(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text
    }

    private var headline: String {
        let counts = [(facts.problems.count, "problem"), (facts.warnings.count, "warning")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
        let verdict =
            switch facts.verdict {
            case .fine: painted("all is well", .green)
            case .warning: painted(counts, .yellow)
            case .broken: painted(counts, .red)
            }
        return "Postern \(facts.version): \(verdict); up \(Readable.seconds(facts.uptime)), since \(facts.started)"
    }

    private var services: String {
        let table = TextTable(
            ["SERVICE", "PORT", "STATE", "BY", "PERMIT", "CERTIFICATE", "CONNECTIONS", "ON"],
            facts.services.map { service in
                [
                    service.name, service.port.map(String.init) ?? "", service.state, service.by ?? "", service.permit ?? "",
                    certificate(of: service), service.state == "off" ? "" : String(service.connections),
                    service.addresses.joined(separator: ", "),
                ]
            })
        // Colours change no width: whole lines are painted.
        let lines = table.text.parts(at: "\n", keepingEmpty: true).map(String.init)
        return zip(lines, [nil] + facts.services.map(Optional.some)).map { line, service in
            guard let service else { return line }
            if isBroken(service) { return painted(line, .red) }
            return service.state == "waiting" || service.permit == "unknown" ? painted(line, .yellow) : line
        }.joined(separator: "\n")
    }

    private func certificate(of service: StatusFacts.Service) -> String {
        guard let name = service.certificate else { return "" }
        guard let days = service.certificateDays else { return "\(name), not in force" }
        return days < 0 ? "\(name), expired" : "\(name), \(days) day\(days == 1 ? "" : "s")"
    }

    private func isBroken(_ service: StatusFacts.Service) -> Bool {
        ["closed", "partly"].contains(service.state) || ["missing", "shadowed"].contains(service.permit)
            || (service.certificateDays ?? 0) < 0
    }

    private var rest: String {
        let store = facts.store
        let mail = [store.messages.map { "\($0) messages" }, store.bytes.map(Readable.bytes)].compactMap { $0 }.joined(separator: ", ")
        let state = store.state == "ready" ? store.state : painted(store.state, .red)
        var rows = [
            ("Mail store", mail.isEmpty ? state : "\(state): \(mail)"),
            ("Mail drive", Readable.space(free: store.freeSpace, of: store.totalSpace)),
            ("Queue", queue), ("DNS", facts.dns),
            ("Directory", "\(facts.domains) domains, \(facts.accounts) accounts, \(facts.aliases) aliases"),
        ]
        if facts.tasks.isEmpty { rows.append(("Tasks", "none")) }
        for task in facts.tasks {
            let percent = task.percent.map { " \($0) %" } ?? ""
            rows.append(("Task \(task.id)", "\(task.name) \(task.state)\(percent)\(task.item.isEmpty ? "" : ", \(task.item)")"))
        }
        return TextTable(facts: rows.map { (name: $0.0, value: $0.1) }).text
    }

    private var queue: String {
        guard let queue = facts.queue else { return "cannot be read" }
        let counts = queue.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return counts.isEmpty ? "empty" : counts.joined(separator: ", ")
    }

    private var sentences: [String] {
        let all = facts.problems.map { painted("Problem: \($0)", .red) } + facts.warnings.map { painted("Warning: \($0)", .yellow) }
        return all.isEmpty ? [] : [""] + all
    }
}
