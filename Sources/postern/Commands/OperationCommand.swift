internal import AdminContract
internal import ArgumentParser
internal import FoundationEssentials

/// What every command understands.
struct CommonOptions: ParsableArguments {
    @Option(help: "The daemon's admin socket.", completion: .file())
    var socket: String?

    @Flag(help: "Print the answer as JSON.")
    var json = false

    var socketPath: String {
        socket ?? ProcessInfo.processInfo.environment["POSTERN_SOCKET"].flatMap { $0.isEmpty ? nil : $0 } ?? "/run/postern/admin.sock"
    }
}

/// A command that is one operation: its arguments become the parameters, the answer becomes text.
protocol OperationCommand: ParsableCommand {
    associatedtype Operation: AdminOperation
    var common: CommonOptions { get }
    func operation() throws -> Operation
    /// For people; lines without the last line end.
    func text(_ answer: Operation.Answer) -> String
    /// For programs.
    func json(_ answer: Operation.Answer) throws -> String
    /// The task that the command waits for, if any.
    func follow(_ answer: Operation.Answer) -> String?
    /// What the shell hears of an answer.
    func exitCode(_ answer: Operation.Answer) -> ExitCode
}

extension OperationCommand {
    /// The name and the sentence are the operation's.
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: Operation.spec.verb, abstract: Operation.spec.doc)
    }

    func json(_ answer: Operation.Answer) throws -> String { try JSONText.of(answer) }
    func follow(_ answer: Operation.Answer) -> String? { nil }
    func exitCode(_ answer: Operation.Answer) -> ExitCode { .success }

    func run() throws {
        let answer: Operation.Answer
        do {
            answer = try AdminClient(socket: common.socketPath).perform(try operation())
        } catch let refusal as AdminRefusal {
            if common.json { print(try JSONText.of(refusal)) }
            throw refusal
        } catch let unreachable as Unreachable {
            Complaint.say(unreachable)
            throw ExitCode(3)
        }
        let text = common.json ? try json(answer) : text(answer)
        if !text.isEmpty { print(text) }
        if let task = follow(answer) { try TaskWatch(client: AdminClient(socket: common.socketPath)).follow(task) }
        let code = exitCode(answer)
        if code != .success { throw code }
    }
}

/// JSON for programs and for people who look at it.
enum JSONText {
    static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
