import Authentication
import Connections
import MailCore
import POP3Wire

/// `USER name` — who logs in; PASS decides. Every name is taken, or strangers could ask which ones there are. RFC 1939 §7
struct User: POP3Command {
    static let rule = CommandRule("USER", in: .authorization)

    static func capabilities(in session: POP3Session) -> [String] {
        session.services.desk.passwordRefusal(under: LoginConditions(of: session.connection)) == nil ? ["USER"] : []
    }

    var name: [UInt8]

    init(parsing line: inout Scanner) throws(SyntaxError) {
        name = try line.word("a name")
        try line.nothingMore()
    }

    /// Where no password is taken, this is the time to say so: it has not been sent yet. F7
    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        if let refusal = session.services.desk.passwordRefusal(under: LoginConditions(of: session.connection)) {
            throw POP3Refusal(refusal)
        }
        session.name = name
        return .ok("And the password?")
    }
}
