import IMAPWire
import MailCore

/// `LOGOUT` — RFC 3501 §6.1.3
struct Logout: IMAPCommand {
    static let rule = CommandRule("LOGOUT", in: .any, news: .none)

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        session.say("* BYE Until next time")
        session.isOver = true
        return .ok("You are logged out")
    }
}
