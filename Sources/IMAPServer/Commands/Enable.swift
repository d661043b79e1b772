import IMAPWire
import MailCore

/// `ENABLE capability …` — there is nothing yet that has to be enabled, and what is not known is passed over. RFC 5161 §3.1
struct Enable: IMAPCommand {
    static let rule = CommandRule("ENABLE", in: .loggedIn, capabilities: ["ENABLE"])

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        repeat { _ = try line.atom() } while line.take(UInt8(ascii: " "))
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        session.say("* ENABLED")
        return .ok("Nothing of this needs to be enabled")
    }
}
