import Authentication
import Connections
import MailCore
import POP3Wire

/// `PASS password` — logs in who was named by USER, and gets him his maildrop. Spaces belong to the password. RFC 1939 §7
struct Pass: POP3Command {
    static let rule = CommandRule("PASS", in: .named)

    var password: [UInt8]

    init(parsing line: inout Scanner) throws(SyntaxError) { password = try line.text("a password") }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        guard let octets = session.name else { preconditionFailure("the rule lets PASS in only behind USER") }
        let name = String(decoding: octets, as: UTF8.self)
        let outcome = try await session.atDesk { (login) throws(ConnectionError) in
            try await login.password(name, password, command: Self.rule.name.description)
        }
        switch outcome {
        case .success(let account): return try await session.enter(account)
        case .failure(let refusal): throw POP3Refusal(refusal)
        }
    }
}
