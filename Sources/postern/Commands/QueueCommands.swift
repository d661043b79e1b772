internal import AdminContract
internal import ArgumentParser

/// `postern queue`
struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Shows and changes what is on its way to other servers.",
        subcommands: [List.self, Show.self, Retry.self, Hold.self, Release.self, Delete.self, Reroute.self])

    /// Which recipients are meant.
    struct Selection: ParsableArguments {
        @Argument(help: "A message, as queue list names it.") var message: String?
        @Option(help: "Part of the sender's address.") var sender: String?
        @Option(help: "Part of a recipient's address.") var recipient: String?
        @Option(help: "A recipient's domain.") var domain: String?
        @Option(help: "Part of what came of the last try.") var reason: String?
        @Option(help: "queued, deferred, held, delivered, bounced, or leased for what is being tried now.") var state: String?
        @Option(help: "In the queue for longer than this, such as 2h.") var olderThan: String?

        var selection: QueueSelection {
            QueueSelection(
                message: message, sender: sender, recipient: recipient, reason: reason, domain: domain, state: state, olderThan: olderThan)
        }

        var isEmpty: Bool {
            message == nil && sender == nil && recipient == nil && domain == nil && reason == nil && state == nil && olderThan == nil
        }
    }

    /// For what changes mail: the whole queue must be meant by a word.
    struct Choice: ParsableArguments {
        @OptionGroup var chosen: Selection
        @Flag(help: "The whole queue.") var all = false

        func validate() throws {
            guard all != chosen.isEmpty else { return }
            throw ValidationError(
                all ? "Give --all or a selection, not both." : "Say which messages are meant; --all means the whole queue.")
        }
    }

    struct List: OperationCommand {
        @OptionGroup var chosen: Selection
        @Option(help: "Most rows, 1 to 1000.") var limit = 100
        @Option(help: "Where the last page ended.") var after: Int64?
        @OptionGroup var common: CommonOptions

        func operation() -> QueueList { QueueList(selection: chosen.selection, after: after, limit: limit) }

        func text(_ answer: QueueList.Answer) -> String {
            let counts = answer.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            let total = counts.isEmpty ? "The queue is empty." : "In the whole queue: \(counts)."
            let more = answer.next.map { "\nThere is more: --after \($0)" } ?? ""
            let none = answer.rows.isEmpty && answer.next == nil && !counts.isEmpty ? "Nothing matches. " : ""
            return answer.rows.isEmpty ? none + total + more : "\(QueueText.table(answer.rows))\n\(total)\(more)"
        }
    }

    struct Show: OperationCommand {
        @Argument(help: "A message, as queue list names it.") var message: String
        @OptionGroup var common: CommonOptions

        func operation() -> QueueShow { QueueShow(message: message) }
        func text(_ answer: QueueShow.Answer) -> String { "\(QueueText.table(answer.rows))\n\n\(QueueText.printable(answer.header))" }
    }

    struct Retry: OperationCommand {
        @OptionGroup var choice: Choice
        @OptionGroup var common: CommonOptions

        func operation() -> QueueRetry { QueueRetry(selection: choice.chosen.selection) }
        func text(_ answer: QueueChanged) -> String {
            QueueText.counted(answer, "tried now", orElse: "waits for a try (what is held is to be released first)")
        }
    }

    struct Hold: OperationCommand {
        @OptionGroup var choice: Choice
        @OptionGroup var common: CommonOptions

        func operation() -> QueueHold { QueueHold(selection: choice.chosen.selection) }
        func text(_ answer: QueueChanged) -> String { QueueText.counted(answer, "held", orElse: "waits") }
    }

    struct Release: OperationCommand {
        @OptionGroup var choice: Choice
        @OptionGroup var common: CommonOptions

        func operation() -> QueueRelease { QueueRelease(selection: choice.chosen.selection) }
        func text(_ answer: QueueChanged) -> String { QueueText.counted(answer, "released", orElse: "is held") }
    }

    struct Delete: OperationCommand {
        @OptionGroup var choice: Choice
        @OptionGroup var common: CommonOptions

        func operation() -> QueueDelete { QueueDelete(selection: choice.chosen.selection) }
        func text(_ answer: QueueChanged) -> String { QueueText.counted(answer, "deleted", orElse: "is on its way") }
    }

    struct Reroute: OperationCommand {
        @OptionGroup var choice: Choice
        @Option(help: "The host that takes them; without it they go where their domains lead.") var to: String?
        @Option(help: "Its port.") var port: Int?
        @OptionGroup var common: CommonOptions

        func operation() -> QueueReroute { QueueReroute(selection: choice.chosen.selection, host: to, port: port) }
        func text(_ answer: QueueChanged) -> String { QueueText.counted(answer, "rerouted", orElse: "is on its way") }
    }
}

/// The queue for a terminal.
private enum QueueText {
    static func table(_ rows: [QueueRow]) -> String {
        TextTable(
            ["MESSAGE", "SENDER", "RECIPIENT", "STATE", "AGE", "NEXT TRY", "TRIES", "LAST TRY"],
            rows.map { row in
                [
                    row.message, row.sender.isEmpty ? "<>" : row.sender, row.recipient + (row.route.map { " via \($0)" } ?? ""), row.state,
                    Readable.seconds(row.age), row.nextTry.map(Readable.seconds) ?? "-", "\(row.tries)", printable(last(row)),
                ]
            }
        ).text
    }

    /// `mx.far.test [192.0.2.1]: 4.2.1 450 4.2.1 later (TLSv1.3 …)`
    private static func last(_ row: QueueRow) -> String {
        let remote = row.remote.flatMap { $0.isEmpty ? nil : "\($0):" }
        let security = row.security.flatMap { $0.isEmpty ? nil : "(\($0))" }
        let parts = [remote, row.status, row.words, security].compactMap(\.self)
        return parts.isEmpty ? "-" : parts.joined(separator: " ")
    }

    /// `condition`: what a recipient must be for that, and none was.
    static func counted(_ changed: QueueChanged, _ what: String, orElse condition: String) -> String {
        switch changed.recipients {
        case 0: "No recipient is \(what): none of those that are meant \(condition)."
        case 1: "1 recipient is \(what)."
        default: "\(changed.recipients) recipients are \(what)."
        }
    }

    /// A remote's words must not drive the terminal.
    static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 == "\n" || $0 == "\t" || !$0.properties.isControl }))
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isControl: Bool { generalCategory == .control || generalCategory == .format }
}
