import MailCore
import Testing

@testable import StateStore

@Suite struct PasswordVerifierTests {
    /// The exchange of RFC 7677 §3: user `user`, password `pencil`.
    @Test func isThatOfTheStandard() throws {
        let salt = try #require(Base64.decode(Array("W22ZaJ0SNY7soEsUEjb6gQ==".utf8)))
        let verifier = PasswordVerifier(password: Array("pencil".utf8), iterations: 4096, salt: salt)
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        let exchange = Array("n=user,r=rOprNGfwEbeRWgbNEkqO,r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=\(nonce)".utf8)
        let serverSignature = Crypto.hmac(exchange, key: verifier.serverKey)
        #expect(String(decoding: Base64.encode(serverSignature), as: UTF8.self) == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
        let proof = try #require(Base64.decode(Array("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=".utf8)))
        let clientKey = zip(proof, Crypto.hmac(exchange, key: verifier.storedKey)).map { $0 ^ $1 }
        #expect(Crypto.sha256(clientKey) == verifier.storedKey)
        #expect(
            verifier.text
                == "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
        )
    }

    @Test(arguments: ["postern-demo", "x", "pässwörd", " spaces inside ", String(repeating: "long", count: 256)])
    func provesOnlyItsPassword(password: String) throws {
        let octets = Array(password.utf8)
        let verifier = PasswordVerifier(password: octets, iterations: 3)
        #expect(PasswordVerifier(text: verifier.text) == verifier)
        #expect(verifier.proves(octets))
        #expect(!verifier.proves(octets + [65]))
        #expect(!verifier.proves(Array(octets.dropLast())))
        #expect(PasswordVerifier(password: octets, iterations: 3).salt != verifier.salt)
    }

    static let key = String(repeating: "A", count: 43) + "="

    @Test(arguments: [
        "", "SCRAM-SHA-256", "SCRAM-SHA-1$1:AAAA$\(key):\(key)", "SCRAM-SHA-256$0:AAAA$\(key):\(key)",
        "SCRAM-SHA-256$-1:AAAA$\(key):\(key)",
        "SCRAM-SHA-256$99999999999999999999:AAAA$\(key):\(key)", "SCRAM-SHA-256$1:$\(key):\(key)", "SCRAM-SHA-256$1:AAAA$\(key)",
        "SCRAM-SHA-256$1:AAAA$AAAA:\(key)", "SCRAM-SHA-256$1:AAAA$\(key):AAAA", "SCRAM-SHA-256$1:AAAA$\(key):\(key)$",
        "SCRAM-SHA-256$1:?$\(key):\(key)",
    ])
    func otherTextIsRefused(text: String) { #expect(PasswordVerifier(text: text) == nil) }

    @Test func aWellFormedTextIsRead() { #expect(PasswordVerifier(text: "SCRAM-SHA-256$1:AAAA$\(Self.key):\(Self.key)") != nil) }
}

@Suite struct ProvenPasswordsTests {
    let account = AccountID(high: 1, low: 2)
    let password = Array("postern-demo".utf8)
    let now = ContinuousClock.now

    @Test func forgetAfterTheirTime() {
        let proven = ProvenPasswords(lifetime: .seconds(300))
        let verifier = PasswordVerifier(password: password, iterations: 1)
        #expect(!proven.contain(account, verifier, password, at: now))
        proven.insert(account, verifier, password, at: now)
        #expect(proven.contain(account, verifier, password, at: now + .seconds(299)))
        #expect(!proven.contain(account, verifier, password, at: now + .seconds(300)))
    }

    @Test func proveNothingElse() {
        let proven = ProvenPasswords()
        let verifier = PasswordVerifier(password: password, iterations: 1)
        proven.insert(account, verifier, password, at: now)
        #expect(!proven.contain(account, verifier, password + [65], at: now))
        #expect(!proven.contain(AccountID(high: 1, low: 3), verifier, password, at: now))
        #expect(!proven.contain(account, PasswordVerifier(password: password, iterations: 1), password, at: now))
    }

    @Test func areBounded() {
        let proven = ProvenPasswords(lifetime: .seconds(10), capacity: 3)
        let verifier = PasswordVerifier(password: password, iterations: 1)
        let accounts = (0..<5).map { AccountID(high: 9, low: $0) }
        proven.insert(accounts[0], verifier, password, at: now)
        proven.insert(accounts[1], verifier, password, at: now + .seconds(5))
        proven.insert(accounts[2], verifier, password, at: now + .seconds(5))
        proven.insert(accounts[3], verifier, password, at: now + .seconds(11))
        let known = accounts.filter { proven.contain($0, verifier, password, at: now + .seconds(11)) }
        #expect(known == Array(accounts[1...3]))
        proven.insert(accounts[4], verifier, password, at: now + .seconds(12))
        #expect(accounts.filter { proven.contain($0, verifier, password, at: now + .seconds(12)) } == [accounts[4]])
    }
}

@Suite struct PasswordWorkersTests {
    @Test func doAllThatIsAsked() async {
        let workers = PasswordWorkers(threads: 3)
        let sum = await withTaskGroup { group in
            for number in 1...200 { group.addTask { await workers.run { number } ?? 0 } }
            return await group.reduce(0, +)
        }
        #expect(sum == 20100)
    }

    @Test func refuseWhatDoesNotFit() async {
        let workers = PasswordWorkers(threads: 0, waiting: 1)
        await withTaskGroup { group in
            for _ in 1...3 { group.addTask { await workers.run { true } } }
            // One takes the one place and waits for good, since no thread comes.
            #expect(await group.next() == .some(nil))
            #expect(await group.next() == .some(nil))
            workers.stop()
            #expect(await group.next() == .some(nil))
        }
        #expect(await workers.run { true } == nil)
    }
}
