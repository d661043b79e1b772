import MailCore
import POP3Wire

/// `DELE message` — marks a message; QUIT removes it. RFC 1939 §5
struct Dele: POP3Command {
    static let rule = CommandRule("DELE", in: .transaction)

    var number: Int

    init(parsing line: inout Scanner) throws(SyntaxError) {
        number = try line.number()
        try line.nothingMore()
    }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        let index = try await session.index(of: number)
        session.maildrop?.mark(index)
        return .ok("Message \(number) is marked")
    }
}
