import Connections
import IMAPWire
import MailCore
import MailSettings

/// `IDLE` … `DONE` — news as they happen. RFC 2177 §3
struct Idle: IMAPCommand {
    static let rule = CommandRule("IDLE", in: .loggedIn, capabilities: ["IDLE"])

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) { try line.expectEnd() }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        session.say("+ Waiting for news")
        session.view?.alarm.setIdling(true)
        defer { session.view?.alarm.setIdling(false) }
        while try await session.connection.waitForInput(within: session.settings.imap.idleTimeout) == .woken {
            try session.checkAccount()
            try await session.tellNews(mayExpunge: true, isAskedFor: false)
        }
        let line = try await session.line(limit: 1024, within: session.settings.imap.transferTimeout)
        guard line.equalsIgnoringCase("DONE".utf8) else { throw IMAPRefusal.bad("IDLE wanted DONE") }
        return .ok("You know all")
    }
}
