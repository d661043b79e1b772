import IMAPWire
import MailCore

/// `CAPABILITY` — RFC 3501 §6.1.1
struct Capability: IMAPCommand {
    static let rule = CommandRule("CAPABILITY", in: .any)

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        session.say("* \(ResponseCode.capability(session.capabilities))")
        return .ok("That is all")
    }
}
