import Authentication
import IMAPWire
import MailCore

/// `AUTHENTICATE mechanism [initial-response]` — RFC 3501 §6.2.2; the initial response is RFC 4959.
struct Authenticate: IMAPCommand {
    static let rule = CommandRule("AUTHENTICATE", in: .notAuthenticated, capabilities: ["SASL-IR"])

    var mechanism: [UInt8]
    var initialResponse: [UInt8]?

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        mechanism = Array(try line.atom())
        if line.take(UInt8(ascii: " ")) {
            initialResponse = Array(line.take { $0 > 0x20 && $0 < 0x7F })
            guard initialResponse?.isEmpty == false else { throw line.error(wanted: "an initial response") }
        }
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        var step = try await session.login.start(mechanism, initialResponse: initialResponse)
        while true {
            switch step {
            case .challenge(let text):
                session.say("+ \(text)")
                step = try await session.login.answer(
                    try await session.line(limit: Authentication.Login.longestAnswer + 2, within: session.patience))
            case .loggedIn(let account): return await session.welcome(account)
            case .refused(let refusal): throw try session.refusal(refusal)
            }
        }
    }
}
