import IMAPWire
import MailCore

/// `NOOP` — news, please. RFC 3501 §6.1.2
struct Noop: IMAPCommand {
    static let rule = CommandRule("NOOP", in: .any, looksForNews: true)

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout IMAPSession) async throws -> Completion { .ok("Nothing done") }
}
