import MailCore
import SASL
import Testing

@Suite struct PlainMessageTests {
    @Test(arguments: [
        ("\0alice\0secret", "", "alice", "secret"), ("bob\0alice\0secret", "bob", "alice", "secret"),
        ("\0jürgen@müller.example\0pässwörd", "", "jürgen@müller.example", "pässwörd"), ("\0a\0 ", "", "a", " "),
    ])
    func isRead(message: String, authorization: String, authentication: String, password: String) throws {
        let plain = try PlainMessage(parsing: Array(message.utf8))
        #expect(plain.authorizationIdentity == authorization)
        #expect(plain.authenticationIdentity == authentication)
        #expect(plain.password == Array(password.utf8))
        #expect(plain.encoded == Array(message.utf8))
    }

    @Test(
        arguments: [
            ([], "an identity that NUL ends", 0), (Array("alice".utf8), "an identity that NUL ends", 0),
            ([0], "an identity that NUL ends", 1),
            (Array("\0alice".utf8), "an identity that NUL ends", 1), ([0, 0], "a name", 1), (Array("\0\0secret".utf8), "a name", 1),
            (Array("\0alice\0".utf8), "a password", 7), (Array("\0alice\0a\0b".utf8), "a password without NUL", 7),
            ([0, 0xFF, 0, 65], "a name in UTF-8", 1), ([0xC0, 0x80, 0, 65, 0, 65], "a name in UTF-8", 0),
            ([0, 65, 0, 0xFE], "a password in UTF-8", 3),
            ([0] + [UInt8](repeating: 65, count: 513) + [0, 65], "a name of at most 512 octets", 1),
            ([0, 65, 0] + [UInt8](repeating: 65, count: 1025), "a password of at most 1024 octets", 3),
        ] as [([UInt8], String, Int)])
    func isRefused(message: [UInt8], wanted: String, offset: Int) {
        do throws(SyntaxError) {
            _ = try PlainMessage(parsing: message)
            Issue.record("read \(message)")
        } catch {
            #expect(error == SyntaxError(wanted: wanted, offset: offset))
        }
    }

    @Test func isReadUpToItsBounds() throws {
        let message =
            [UInt8](repeating: 66, count: 512) + [0] + [UInt8](repeating: 65, count: 512) + [0] + [UInt8](repeating: 67, count: 1024)
        #expect(try PlainMessage(parsing: message).encoded == message)
    }
}

@Suite struct ExchangeTests {
    static let alice = PlainMessage(authenticationIdentity: "alice", password: Array("secret".utf8))
    static let response = Array("AGFsaWNlAHNlY3JldA==".utf8)

    @Test func beginsWithAnInitialResponse() throws {
        var exchange = Exchange(.plain)
        #expect(try exchange.start(initialResponse: Self.response) == .credentials(Self.alice))
    }

    @Test func asksForTheFirstAnswer() throws {
        var exchange = Exchange(.plain)
        #expect(exchange.start() == .challenge([]))
        #expect(try exchange.answer(Self.response) == .credentials(Self.alice))
    }

    @Test(
        arguments: [
            ("*", .cancelled), ("not base 64", .malformed(SyntaxError(wanted: "base 64", offset: 0))),
            ("AGFsaWNlAHNlY3JldA=", .malformed(SyntaxError(wanted: "base 64", offset: 0))),
            ("", .malformed(SyntaxError(wanted: "an identity that NUL ends", offset: 0))),
            (String(repeating: "A", count: 12_292), .malformed(SyntaxError(wanted: "base 64", offset: 0))),
        ] as [(String, ExchangeFailure)])
    func fails(answer: String, failure: ExchangeFailure) {
        var exchange = Exchange(.plain)
        _ = exchange.start()
        do throws(ExchangeFailure) {
            _ = try exchange.answer(Array(answer.utf8))
            Issue.record("took \(answer)")
        } catch {
            #expect(error == failure)
        }
    }

    /// `=` stands for an initial response of no octets, which PLAIN does not take. RFC 4959 §3
    @Test func anEqualsSignIsAnEmptyResponse() {
        var exchange = Exchange(.plain)
        do throws(ExchangeFailure) {
            _ = try exchange.start(initialResponse: Array("=".utf8))
            Issue.record("took an empty message")
        } catch {
            #expect(error == .malformed(SyntaxError(wanted: "an identity that NUL ends", offset: 0)))
        }
    }

    @Test(arguments: [
        ("PLAIN", Mechanism.plain), ("plain", .plain), ("login", .login), ("scram-sha-256", .scramSHA256),
        ("SCRAM-SHA-256-PLUS", .scramSHA256Plus), ("PLAIN ", nil), ("", nil), ("SCRAM-SHA-1", nil), ("SCRAM-SHA-256-", nil),
    ])
    func mechanismsHaveNames(name: String, mechanism: Mechanism?) { #expect(Mechanism(name: name.utf8) == mechanism) }
}
