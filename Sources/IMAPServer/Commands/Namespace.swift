import IMAPWire
import MailCore

/// `NAMESPACE` — one's own mailboxes are all there are. RFC 2342 §5
struct Namespace: IMAPCommand {
    static let rule = CommandRule("NAMESPACE", in: .loggedIn, capabilities: ["NAMESPACE"])

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        session.say("* NAMESPACE ((\"\" \"/\")) NIL NIL")
        return .ok("That is all")
    }
}
