import MailCore
import POP3Wire

/// One command of the protocol: a value that its line is read into.
///
/// A command's own file holds its syntax, its rule and its meaning. The session checks the rule; a command never asks in which
/// phase it is.
protocol POP3Command: Sendable {
    static var rule: CommandRule { get }

    /// What CAPA says because of this command. RFC 2449 §5
    static func capabilities(in session: POP3Session) -> [String]

    /// Reads what stands behind the command's name, to the end of the line.
    init(parsing line: inout Scanner) throws(SyntaxError)

    /// Does it. A refusal is thrown and is the answer.
    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer
}

extension POP3Command {
    static func capabilities(in session: POP3Session) -> [String] { [] }
}

/// The facts about a command, checked at one place: `POP3Session.answer`.
struct CommandRule: Sendable {
    let name: CommandName
    let phases: PhaseSet
    /// Whether commands may follow before this one is answered. RFC 2449 §6.6
    let mayPipeline: Bool

    init(_ name: StaticString, in phases: PhaseSet, mayPipeline: Bool = true) {
        self.name = CommandName(name)
        self.phases = phases
        self.mayPipeline = mayPipeline
    }
}

/// How a command ended well.
enum Answer: Sendable {
    /// `+OK text`
    case ok(String)
    /// The command has said all of it: an answer of many lines.
    case said
}
