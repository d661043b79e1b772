import MailCore
import SMTPWire

/// `RSET` — drops the transaction. RFC 5321 §4.1.1.5
struct RsetVerb: SMTPVerb {
    static let rule = VerbRule("RSET", in: .always, mayPipeline: true)

    init(parsing line: inout Scanner) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply {
        if session.phase.isTransaction { session.phase = .ready }
        return .ok
    }
}
