import Authentication
import Connections
import MailCore
import POP3Wire

/// `AUTH mechanism [initial-response]` — logs in by SASL. RFC 5034 §4
struct Auth: POP3Command {
    static let rule = CommandRule("AUTH", in: .authorization)

    static func capabilities(in session: POP3Session) -> [String] {
        let mechanisms = session.services.desk.mechanisms(under: LoginConditions(of: session.connection))
        return mechanisms.isEmpty ? [] : ["SASL " + mechanisms.joined(separator: " ")]
    }

    var mechanism: [UInt8]
    var initialResponse: [UInt8]?

    init(parsing line: inout Scanner) throws(SyntaxError) {
        mechanism = try line.word("a mechanism")
        initialResponse = try line.wordOrNothing("an initial response")
        try line.nothingMore()
    }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        var step = try await session.atDesk { (login) throws(ConnectionError) in
            try await login.start(mechanism, initialResponse: initialResponse)
        }
        while true {
            switch step {
            case .challenge(let text):
                session.connection.write("+ \(text)\r\n")
                let response = try await session.response(limit: Login.longestAnswer)
                step = try await session.atDesk { (login) throws(ConnectionError) in try await login.answer(response) }
            case .loggedIn(let account): return try await session.enter(account)
            case .refused(let refusal): throw POP3Refusal(refusal)
            }
        }
    }
}
