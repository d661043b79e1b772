import MailCore
import Testing

@testable import StateStore

@Suite struct AuthenticatorTests {
    @Test(arguments: [
        ("alice@postern.test", "alice", true), ("alice", "alice", true), ("ALICE", "alice", true), ("Alice@Postern.Test", "alice", true),
        ("alice", "Alice", false), ("alice", "bob", false), ("alice", "", false), ("alice", "alice\0", false), ("dave", "dave", false),
        ("alice@elsewhere.example", "alice", false), ("", "alice", false), ("@", "alice", false), ("alice@", "alice", false),
        ("info", "alice", false), ("alice+tag", "alice", false), ("a b", "alice", false), ("@postern.test", "alice", false),
        ("bob", "bob", false),
    ])
    func decides(login: String, password: String, isRight: Bool) async throws {
        let state = try await TemporaryState.with("alice", "bob")
        _ = try await state.store.addAlias(at("info"), targets: [at("alice")])
        _ = try await state.store.setAccount(at("bob"), AccountChange(enabled: false))
        let authenticator = Authenticator(state: state.store, defaultDomain: { "postern.test" })
        // The second time the proven passwords answer; the answer is the same.
        for _ in 1...2 {
            let outcome = await authenticator.verify(login: login, password: Array(password.utf8))
            #expect((try? outcome.get())?.address == (isRight ? at("alice") : nil))
            if !isRight { #expect(outcome == .failure(login == "bob" ? .disabled : .wrong)) }
        }
    }

    @Test(arguments: ["", "nonsense..domain"])
    func withoutADefaultDomainNamesNeedTheirOwn(setting: String) async throws {
        let state = try await TemporaryState.with("alice")
        let authenticator = Authenticator(state: state.store, defaultDomain: { setting })
        #expect(await authenticator.verify(login: "alice", password: Array("alice".utf8)) == .failure(.wrong))
        #expect((try? await authenticator.verify(login: "alice@postern.test", password: Array("alice".utf8)).get()) != nil)
    }

    @Test(arguments: [("", true), ("alice", true), ("ALICE@postern.test", true), ("bob", false), ("nobody", false), ("\0", false)])
    func nobodyActsForAnother(authorization: String, isRight: Bool) async throws {
        let state = try await TemporaryState.with("alice", "bob")
        let authenticator = Authenticator(state: state.store, defaultDomain: { "postern.test" })
        let outcome = await authenticator.verify(login: "alice", authorization: authorization, password: Array("alice".utf8))
        #expect(((try? outcome.get()) != nil) == isRight)
    }

    @Test func anOldPasswordIsForgottenAtOnce() async throws {
        let state = try await TemporaryState.with("alice")
        let authenticator = Authenticator(state: state.store, defaultDomain: { "postern.test" })
        let verify = { (password: String) in await authenticator.verify(login: "alice", password: Array(password.utf8)) }
        #expect((try? await verify("alice").get()) != nil)
        try await state.store.setPassword(at("alice"), to: Array("better".utf8), iterations: 1)
        #expect(await verify("alice") == .failure(.wrong))
        #expect((try? await verify("better").get()) != nil)
        _ = try await state.store.setAccount(at("alice"), AccountChange(enabled: false))
        #expect(await verify("better") == .failure(.disabled))
        _ = try await state.store.removeAccount(at("alice"))
        #expect(await verify("better") == .failure(.wrong))
    }

    /// Without workers only what was proven before can be answered: an unknown name has to be worked on like a known one.
    @Test func anUnknownNameCostsTheSameWork() async throws {
        let state = try await TemporaryState.with("alice", "bob")
        let authenticator = Authenticator(state: state.store, defaultDomain: { "postern.test" })
        #expect((try? await authenticator.verify(login: "alice", password: Array("alice".utf8)).get()) != nil)
        state.store.workers.stop()
        #expect((try? await authenticator.verify(login: "alice", password: Array("alice".utf8)).get()) != nil)
        for (login, password) in [
            ("alice", "wrong"), ("bob", "bob"), ("bob", ""), ("dave", "dave"), ("", ""), ("x@elsewhere.example", "x"),
        ] {
            #expect(await authenticator.verify(login: login, password: Array(password.utf8)) == .failure(.busy))
        }
    }
}
