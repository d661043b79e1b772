import GRDB
import MailCore
import Testing

@testable import StateStore

@Suite struct ScramTests {
    private let message = Array("n=alice,r=a,r=ab,s=salt,i=1,c=biws,r=ab".utf8)

    /// The client's side of RFC 5802 §3.
    private func proof(_ password: String, _ subject: ScramSubject, of message: [UInt8]) -> [UInt8] {
        let salted = Crypto.pbkdf2(Array(password.utf8), salt: subject.salt, iterations: subject.iterations)
        let clientKey = Crypto.hmac(Array("Client Key".utf8), key: salted)
        return zip(clientKey, Crypto.hmac(message, key: Crypto.sha256(clientKey))).map { $0 ^ $1 }
    }

    private func signature(_ password: String, _ subject: ScramSubject) -> [UInt8] {
        let salted = Crypto.pbkdf2(Array(password.utf8), salt: subject.salt, iterations: subject.iterations)
        return Crypto.hmac(message, key: Crypto.hmac(Array("Server Key".utf8), key: salted))
    }

    @Test(arguments: [
        ("alice@postern.test", "alice", "", true), ("ALICE", "alice", "", true), ("alice", "alice", "Alice@postern.test", true),
        ("alice", "alice", "bob", false), ("alice", "bob", "", false), ("nobody", "nobody", "", false), ("", "", "", false),
        ("info", "alice", "", false), ("alice@elsewhere.example", "alice", "", false),
    ])
    func decides(login: String, password: String, authorization: String, isRight: Bool) async throws {
        let state = try await TemporaryState.with("alice", "bob")
        _ = try await state.store.addAlias(at("info"), targets: [at("alice")])
        let authenticator = Authenticator(state: state.store, defaultDomain: { "postern.test" })
        let subject = authenticator.subject(login: login)
        let outcome = authenticator.verify(
            proof: proof(password, subject, of: message), of: message, subject: subject, authorization: authorization)
        #expect((try? outcome.get())?.account.address == (isRight ? at("alice") : nil))
        #expect((try? outcome.get())?.signature == (isRight ? signature("alice", subject) : nil))
    }

    @Test func aProofIsForOneMessage() async throws {
        let state = try await TemporaryState.with("alice")
        let authenticator = Authenticator(state: state.store, defaultDomain: { "postern.test" })
        let subject = authenticator.subject(login: "alice")
        let proof = proof("alice", subject, of: message)
        for (proof, message) in [(proof, message + [0]), (Array(proof.dropLast()), message), (proof + [0], message), ([], message)] {
            let refused = authenticator.verify(proof: proof, of: message, subject: subject)
            guard case .failure(.wrong) = refused else { throw ProofRefusal.busy }
        }
    }

    @Test func aDisabledAccountIsKnownOnlyToWhoHasItsPassword() async throws {
        let state = try await TemporaryState.with("alice")
        _ = try await state.store.setAccount(at("alice"), AccountChange(enabled: false))
        let authenticator = Authenticator(state: state.store, defaultDomain: { "postern.test" })
        let subject = authenticator.subject(login: "alice")
        for (password, refusal) in [("alice", ProofRefusal.disabled), ("wrong", .wrong)] {
            let outcome = authenticator.verify(proof: proof(password, subject, of: message), of: message, subject: subject)
            guard case .failure(refusal) = outcome else { throw ProofRefusal.busy }
        }
    }

    @Test func aPasswordChangedInTheMiddleIsOld() async throws {
        let state = try await TemporaryState.with("alice")
        let authenticator = Authenticator(state: state.store, defaultDomain: { "postern.test" })
        let subject = authenticator.subject(login: "alice")
        try await state.store.setPassword(at("alice"), to: Array("better".utf8), iterations: 1)
        let outcome = authenticator.verify(proof: proof("alice", subject, of: message), of: message, subject: subject)
        guard case .failure(.wrong) = outcome else { throw ProofRefusal.busy }
    }
}

@Suite struct UnknownNamesTests {
    @Test func lookLikeAnybodys() async throws {
        let state = try await TemporaryState.with("alice")
        let authenticator = Authenticator(state: state.store, defaultDomain: { "postern.test" })
        let known = authenticator.subject(login: "alice")
        let unknown = authenticator.subject(login: "dave")
        #expect(unknown.salt.count == known.salt.count)
        #expect(unknown.iterations == known.iterations)
        #expect(unknown.salt != known.salt)
        #expect(authenticator.subject(login: "erin").salt != unknown.salt)
        // As a known one's: by whichever of its forms a name is given.
        for form in ["dave", "DAVE", "Dave@postern.test"] { #expect(authenticator.subject(login: form).salt == unknown.salt) }
    }

    @Test func staySoAfterARestart() async throws {
        let state = try await TemporaryState.with("alice")
        let salt = { (store: StateStore) in Authenticator(state: store, defaultDomain: { "" }).subject(login: "dave@postern.test").salt }
        let before = salt(state.store)
        state.store.close()
        let again = try StateStore(path: state.path, logger: TemporaryState.quiet)
        defer { again.close() }
        #expect(salt(again) == before)
        let other = try await TemporaryState.with("alice")
        #expect(salt(other.store) != before)
    }

    /// Each number of rounds as often as the accounts have it, and hardly any name changes when an account comes.
    @Test func haveRoundsAsTheAccounts() async throws {
        let state = try await TemporaryState.with()
        for number in 1...3 { _ = try await state.add("old\(number)", iterations: 1) }
        _ = try await state.add("new", iterations: 2)
        let names = (1...400).map { "name\($0)" }
        let authenticator = Authenticator(state: state.store, defaultDomain: { "postern.test" })
        let before = names.map { authenticator.subject(login: $0).iterations }
        #expect((60...140).contains(before.count { $0 == 2 }))
        _ = try await state.add("newer", iterations: 2)
        let after = names.map { authenticator.subject(login: $0).iterations }
        #expect(zip(before, after).allSatisfy { $0 <= $1 })
        #expect(zip(before, after).count { $0 != $1 } < 110)
    }

    /// The same derivations for a known name and for an unknown one, with a right and with a wrong password.
    @Test func costTheSame() async throws {
        let state = try await TemporaryState.with("alice")
        let authenticator = Authenticator(state: state.store, defaultDomain: { "postern.test" })
        var before = state.store.workers.jobsTaken
        for (login, password) in [("alice", "wrong"), ("dave", "wrong"), ("", "wrong"), ("alice", "\0"), ("dave", ""), ("alice", "alice")] {
            _ = await authenticator.verify(login: login, password: Array(password.utf8))
            #expect(state.store.workers.jobsTaken == before + 1)
            before += 1
        }
        // SCRAM derives nothing here, whoever it is.
        for login in ["alice", "dave"] {
            let subject = authenticator.subject(login: login)
            _ = authenticator.verify(proof: [UInt8](repeating: 0, count: 32), of: [], subject: subject)
        }
        #expect(state.store.workers.jobsTaken == before)
    }

    @Test func aDamagedKeyIsSaid() async throws {
        let state = try TemporaryState()
        state.store.close()
        try await DatabaseQueue(path: state.path).write { try $0.execute(sql: "UPDATE secret SET value = 'x'") }
        let refused = await refusal { _ = try StateStore(path: state.path, logger: TemporaryState.quiet) }
        #expect(refused == .unavailable("its secret \"unknown-names\" cannot be read"))
    }
}
