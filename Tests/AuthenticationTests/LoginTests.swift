import Connections
import MailCore
import Testing

@testable import Authentication
@testable import StateStore

/// What a step comes to, for comparing.
private enum Outcome: Equatable {
    case challenge(String)
    case loggedIn(String)
    case refused(LoginRefusal)

    init(_ step: LoginStep) {
        switch step {
        case .challenge(let text): self = .challenge(String(decoding: Base64.decode(Array(text.utf8)) ?? [], as: UTF8.self))
        case .loggedIn(let account): self = .loggedIn(account.address.localPart)
        case .refused(let refusal): self = .refused(refusal)
        }
    }

    init(_ result: Result<Account, LoginRefusal>) {
        switch result {
        case .success(let account): self = .loggedIn(account.address.localPart)
        case .failure(let refusal): self = .refused(refusal)
        }
    }
}

extension Login {
    fileprivate mutating func begin(_ mechanism: String, _ response: String? = nil) async throws -> Outcome {
        Outcome(try await start(mechanism.utf8, initialResponse: response.map { Base64.encode($0.utf8) }))
    }
    fileprivate mutating func say(_ text: String) async throws -> Outcome { Outcome(try await answer(Base64.encode(text.utf8))) }
    fileprivate mutating func give(_ name: String, _ password: String) async throws -> Outcome {
        Outcome(try await self.password(name, Array(password.utf8), command: "LOGIN"))
    }

    /// A SCRAM client, up to the server's last message.
    fileprivate mutating func scram(
        _ name: String, _ password: String, _ mechanism: String = "SCRAM-SHA-256", header: String = "n,,", data: String = ""
    ) async throws -> Outcome {
        let first = "n=\(name),r=client"
        let step = try await start(mechanism.utf8, initialResponse: Base64.encode((header + first).utf8))
        guard case .challenge(let challenge) = Outcome(step) else { return Outcome(step) }
        let attributes = challenge.split(separator: ",").map { $0.dropFirst(2) }
        let salt = Base64.decode(Array(attributes[1].utf8)) ?? []
        let salted = Crypto.pbkdf2(Array(password.utf8), salt: salt, iterations: Int(attributes[2]) ?? 0)
        let clientKey = Crypto.hmac(Array("Client Key".utf8), key: salted)
        let withoutProof = "c=\(String(decoding: Base64.encode((header + data).utf8), as: UTF8.self)),r=\(attributes[0])"
        let message = Array("\(first),\(challenge),\(withoutProof)".utf8)
        let proof = zip(clientKey, Crypto.hmac(message, key: Crypto.sha256(clientKey))).map { $0 ^ $1 }
        return try await say("\(withoutProof),p=\(String(decoding: Base64.encode(proof), as: UTF8.self))")
    }
}

@Suite struct LoginTests {
    @Test func everyWayLeadsIn() async throws {
        let test = try await TestDesk()
        var login = test.login(tls: modern)
        #expect(try await login.give("alice", "alice") == .loggedIn("alice"))
        #expect(try await login.begin("plain", "\0bob@postern.test\0bob") == .loggedIn("bob"))
        #expect(try await login.begin("PLAIN") == .challenge(""))
        #expect(try await login.say("\0alice\0alice") == .loggedIn("alice"))
        #expect(try await login.begin("LOGIN") == .challenge("Username:"))
        #expect(try await login.say("alice") == .challenge("Password:"))
        #expect(try await login.say("alice") == .loggedIn("alice"))
        for (mechanism, header, data) in [
            ("SCRAM-SHA-256", "n,,", ""), ("SCRAM-SHA-256", "n,a=alice@postern.test,", ""),
            ("SCRAM-SHA-256-PLUS", "p=tls-exporter,,", "exported"), ("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,", "certificate"),
        ] {
            guard case .challenge(let last) = try await login.scram("alice", "alice", mechanism, header: header, data: data) else {
                throw LoginRefusal.wrong
            }
            #expect(last.hasPrefix("v="))
            #expect(try await login.say("") == .loggedIn("alice"))
        }
        #expect(test.journal.lines.count == 8)
        #expect(test.journal.lines.allSatisfy { $0["event"] == "login-succeeded" && $0["encryption"] == "TLSv1.3" })
    }

    /// Mechanism, mode, TLS, initial response and the refusal.
    @Test(
        arguments: [
            ("GSSAPI", "optional", false, nil, .unknownMechanism), ("", "required", false, nil, .unknownMechanism),
            ("SCRAM-SHA-256-PLUS", "optional", false, nil, .unknownMechanism),
            ("PLAIN", "required", false, "\0alice\0alice", .encryptionRequired), ("LOGIN", "required", false, nil, .encryptionRequired),
            ("SCRAM-SHA-256", "required", false, nil, .encryptionRequired),
            ("SCRAM-SHA-256-PLUS", "required", false, nil, .encryptionRequired),
            ("PLAIN", "off", false, "alice", .malformed(wanted: "an identity that NUL ends")),
            ("PLAIN", "off", false, "bob\0alice\0alice", .wrong), ("PLAIN", "off", false, "\0alice\0bob", .wrong),
            ("PLAIN", "off", false, "\0nobody\0alice", .wrong), ("LOGIN", "off", false, "", .malformed(wanted: "base 64")),
            ("SCRAM-SHA-256", "off", false, "n,,x", .malformed(wanted: "\"n=\"")), ("SCRAM-SHA-256", "off", false, "n,,m=x", .wrong),
            ("SCRAM-SHA-256", "off", true, "y,,n=alice,r=a", .wrong),
        ] as [(String, String, Bool, String?, LoginRefusal)])
    func isRefused(mechanism: String, mode: String, isEncrypted: Bool, response: String?, refusal: LoginRefusal) async throws {
        let test = try await TestDesk(["encryption.mode": mode])
        var login = test.login(tls: isEncrypted ? modern : nil)
        if response == "" {
            _ = try await login.begin(mechanism)
            #expect(Outcome(try await login.answer(Array("!".utf8))) == .refused(refusal))
        } else {
            #expect(try await login.begin(mechanism, response) == .refused(refusal))
        }
    }

    @Test func aPasswordCommandNeedsEncryptionToo() async throws {
        let test = try await TestDesk(["encryption.mode": "required"])
        var clear = test.login()
        #expect(try await clear.give("alice", "alice") == .refused(.encryptionRequired))
        #expect(test.journal.lines.last?["reason"] == "encryption-required")
        #expect(test.journal.lines.last?["account"] == "alice@postern.test")
        var local = test.login(from: "127.0.0.1")
        #expect(try await local.give("alice", "alice") == .loggedIn("alice"))
        var hidden = test.login(tls: modern)
        #expect(try await hidden.give("alice", "alice") == .loggedIn("alice"))
    }

    /// A wrong proof, an unknown name and a disabled account hear the same.
    @Test func aWrongProofIsRefused() async throws {
        let test = try await TestDesk()
        let bob = try #require(MailAddress("bob@postern.test"))
        _ = try await test.state.setAccount(bob, AccountChange(enabled: false))
        var login = test.login()
        for (name, password) in [("alice", "wrong"), ("nobody", "nobody"), ("bob", "bob")] {
            #expect(try await login.scram(name, password) == .refused(.wrong))
        }
        let reasons = test.journal.lines.compactMap { $0["reason"] }
        #expect(reasons == ["wrong", "wrong", "disabled"])
    }

    @Test func theDowngradeIsTold() async throws {
        let test = try await TestDesk()
        var login = test.login(tls: modern)
        #expect(try await login.begin("SCRAM-SHA-256", "y,,n=alice,r=a") == .refused(.wrong))
        #expect(test.journal.lines.last?["reason"] == "server-does-support-channel-binding")
        #expect(
            try await login.scram("alice", "alice", "SCRAM-SHA-256-PLUS", header: "p=tls-exporter,,", data: "another")
                == .challenge("e=channel-bindings-dont-match"))
        #expect(try await login.say("") == .refused(.wrong))
        #expect(test.journal.lines.last?["reason"] == "channel-bindings-dont-match")
        #expect(test.journal.lines.last?["account"] == "alice@postern.test")
    }

    @Test func theLastFailureEndsTheSession() async throws {
        let test = try await TestDesk(["login.max-failures": "3"])
        var login = test.login()
        #expect(try await login.give("alice", "wrong") == .refused(.wrong))
        #expect(try await login.begin("PLAIN", "nonsense") == .refused(.malformed(wanted: "an identity that NUL ends")))
        #expect(try await login.begin("PLAIN", "\0alice\0wrong") == .refused(.wrong))
        #expect(try await login.scram("alice", "wrong") == .refused(.tooManyFailures))
        #expect(test.clock.rests == [.zero, .seconds(1), .seconds(2)])
    }

    @Test func whoCannotBeJudgedHasNotFailed() async throws {
        let test = try await TestDesk(["login.max-failures": "1"])
        test.state.workers.stop()
        var login = test.login()
        #expect(try await login.give("alice", "alice") == .refused(.busy))
        #expect(try await login.give("alice", "alice") == .refused(.busy))
        #expect(test.clock.rests == [.zero, .zero])
        #expect(test.journal.lines.last?["reason"] == "busy")
    }

    @Test func aPeerThatIsGoneIsNotJudged() async throws {
        let test = try await TestDesk()
        let conditions = LoginConditions(service: "imap", peer: peer("192.0.2.7"), tls: nil)
        var login = Login(at: test.desk, conditions: { conditions }, rest: { _ throws(ConnectionError) in throw .closed })
        do throws(ConnectionError) {
            _ = try await login.password("alice", Array("alice".utf8), command: "LOGIN")
            Issue.record("logged in without a peer")
        } catch {
            #expect(error == .closed)
        }
        #expect(test.journal.lines.isEmpty)
    }
}
