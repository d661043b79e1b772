import MailCore
import SASL
import Testing

/// LOGIN as draft-murchison-sasl-login has it, and as clients use it.
@Suite struct LoginExchangeTests {
    static let alice = PlainMessage(authenticationIdentity: "alice", password: Array("secret".utf8))

    private func say(_ text: String, in exchange: inout Exchange) throws(ExchangeFailure) -> Exchange.Step {
        try exchange.answer(Base64.encode(text.utf8))
    }

    @Test func asksForBoth() throws {
        var exchange = Exchange(.login)
        #expect(exchange.start() == .challenge(Array("Username:".utf8)))
        #expect(try say("alice", in: &exchange) == .challenge(Array("Password:".utf8)))
        #expect(try say("secret", in: &exchange) == .credentials(Self.alice))
    }

    @Test func takesTheNameAtOnce() throws {
        var exchange = Exchange(.login)
        #expect(try exchange.start(initialResponse: Base64.encode("alice".utf8)) == .challenge(Array("Password:".utf8)))
        #expect(try say("secret", in: &exchange) == .credentials(Self.alice))
    }

    @Test(
        arguments: [
            ("", nil, "a name"), ("a\0b", nil, "a name without NUL"),
            (String(repeating: "a", count: 513), nil, "a name of at most 512 octets"),
            ("alice", "", "a password"), ("alice", "a\0", "a password without NUL"),
            ("alice", String(repeating: "a", count: 1025), "a password of at most 1024 octets"),
        ] as [(String, String?, String)])
    func isRefused(name: String, password: String?, wanted: String) {
        var exchange = Exchange(.login)
        _ = exchange.start()
        do throws(ExchangeFailure) {
            _ = try say(name, in: &exchange)
            if let password { _ = try say(password, in: &exchange) }
            Issue.record("took \(name), \(password ?? "")")
        } catch {
            #expect(error == .malformed(SyntaxError(wanted: wanted, offset: 0)))
        }
    }

    @Test(arguments: [0, 1])
    func canBeCancelled(after answers: Int) throws {
        var exchange = Exchange(.login)
        _ = exchange.start()
        for _ in 0..<answers { _ = try say("alice", in: &exchange) }
        do throws(ExchangeFailure) {
            _ = try exchange.answer(Array("*".utf8))
            Issue.record("went on")
        } catch {
            #expect(error == .cancelled)
        }
    }
}
