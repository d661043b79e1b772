import IMAPWire
import MailCore

/// `CHECK` — what we keep is always safe already; so it is a NOOP. RFC 3501 §6.4.1
struct Check: IMAPCommand {
    static let rule = CommandRule("CHECK", in: .selected, looksForNews: true)

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout IMAPSession) async throws -> Completion { .ok("All is safe") }
}
