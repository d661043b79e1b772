import IMAPWire
import MailCore
import SASL

/// `AUTHENTICATE mechanism [initial-response]` — RFC 3501 §6.2.2; the initial response is RFC 4959.
struct Authenticate: IMAPCommand {
    static let rule = CommandRule(
        "AUTHENTICATE", in: .notAuthenticated, capabilities: ["SASL-IR"] + Mechanism.allCases.map { "AUTH=\($0.rawValue)" })

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
        guard let mechanism = Mechanism(name: mechanism) else { throw IMAPRefusal.no("There is no such mechanism here", code: .cannot) }
        var exchange = Exchange(mechanism)
        do {
            var step = if let initialResponse { try exchange.start(initialResponse: initialResponse) } else { exchange.start() }
            while case .challenge(let challenge) = step {
                session.say("+ " + String(decoding: Base64.encode(challenge), as: UTF8.self))
                step = try exchange.answer(try await session.line(limit: Exchange.longestAnswer + 2, within: session.patience))
            }
            guard case .credentials(let message) = step else { throw IMAPRefusal.bad("The exchange came to nothing") }
            return try await session.logIn(
                message.authenticationIdentity, as: message.authorizationIdentity, password: message.password)
        } catch ExchangeFailure.cancelled {
            throw IMAPRefusal.bad("Cancelled")
        } catch ExchangeFailure.malformed(let error) {
            throw IMAPRefusal.bad("The exchange wanted \(error.wanted)")
        }
    }
}
