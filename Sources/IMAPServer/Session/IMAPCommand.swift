import IMAPWire
import MailCore

/// One command of the protocol: a value that its line is read into.
///
/// A command's own file holds its syntax, its rule and its meaning. The session checks the rule; a command never asks in which
/// phase it is.
protocol IMAPCommand: Sendable {
    static var rule: CommandRule { get }

    /// Reads what stands behind the command's name, to the end.
    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError)

    /// Does it, and writes its untagged answers.
    ///
    /// Throws an `IMAPRefusal`, which is the answer; a `StoreError` or whatever else the world does, which becomes one; a
    /// `ConnectionError` or a `Farewell`, which ends the session.
    func perform(in session: inout IMAPSession) async throws -> Completion
}

/// The facts about a command, checked at one place: `IMAPSession.answer`.
struct CommandRule: Sendable {
    /// Whether `UID` stands before the name.
    enum UIDForm: Sendable {
        case never
        case either
    }

    /// What of the selected mailbox' news may be told with the answer.
    enum News: Sendable {
        case none
        /// Only what leaves message numbers as they are, unless the command went by UID: the client's next pipelined command
        /// may hold numbers already. RFC 3501 §5.5, §7.4.1
        case keepingNumbers
        case all
    }

    let name: String
    let phases: PhaseSet
    let uid: UIDForm
    let news: News
    /// Whether news are looked for even when nobody said that there are any: after changes of our own, and when the client asks.
    let looksForNews: Bool
    /// What CAPABILITY says because of this command. RFC 3501 §7.2.1
    let capabilities: [String]

    init(
        _ name: String, in phases: PhaseSet, uid: UIDForm = .never, news: News = .all, looksForNews: Bool = false,
        capabilities: [String] = []
    ) {
        self.name = name
        self.phases = phases
        self.uid = uid
        self.news = news
        self.looksForNews = looksForNews
        self.capabilities = capabilities
    }
}
