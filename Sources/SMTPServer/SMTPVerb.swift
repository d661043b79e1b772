import MailCore
import SMTPWire

/// One command of the protocol: a value that its line is read into.
///
/// A verb's own file holds its syntax, its rule and its meaning. The session checks the rule; a verb never asks in which phase it is.
protocol SMTPVerb: Sendable {
    static var rule: VerbRule { get }

    /// Reads what stands behind the verb's name, to the end of the line.
    init(parsing line: inout Scanner) throws(SyntaxError)

    /// Does it. A refusal is thrown and is the answer.
    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply

    /// Takes off the wire what belongs to the command, when it is refused because of its rule.
    func forgo(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply)
}

extension SMTPVerb {
    func forgo(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) {}
}

/// The facts about a verb, checked at one place: `SMTPSession.answer`.
struct VerbRule: Sendable {
    let name: VerbName
    let phases: PhaseSet
    /// Whether more commands may follow in the same group, before this one is answered. RFC 2920 §3.1
    let mayPipeline: Bool
    /// What goes with 501 when the line is not of the verb's form.
    let malformed: EnhancedStatus
    /// After a line that cannot be read nobody knows where the next command begins.
    let endsSessionWhenMalformed: Bool

    init(
        _ name: StaticString, in phases: PhaseSet, mayPipeline: Bool, malformed: EnhancedStatus = EnhancedStatus(5, 5, 4),
        endsSessionWhenMalformed: Bool = false
    ) {
        self.name = VerbName(name)
        self.phases = phases
        self.mayPipeline = mayPipeline
        self.malformed = malformed
        self.endsSessionWhenMalformed = endsSessionWhenMalformed
    }
}
