import MailCore
import Testing

@testable import Authentication

@Suite struct LoginJournalTests {
    let clock = TestTime()
    let kept = TestJournal()
    let journal: LoginJournal
    let conditions = LoginConditions(service: "pop3", peer: peer("192.0.2.7"), tls: modern)

    init() { journal = LoginJournal(logger: kept.logger, now: clock.now) }

    private func fail(_ name: String? = "alice@postern.test", _ conditions: LoginConditions? = nil) {
        journal.failed(name, mechanism: "PLAIN", reason: "wrong", conditions ?? self.conditions)
    }

    @Test func saysWhoFromWhereAndHow() throws {
        journal.succeeded(try #require(MailAddress("alice@postern.test")), mechanism: "SCRAM-SHA-256-PLUS", conditions)
        fail(nil, LoginConditions(service: "imap", peer: peer("::1"), tls: nil))
        #expect(
            kept.lines == [
                [
                    "event": "login-succeeded", "account": "alice@postern.test", "peer": "192.0.2.7:4711", "service": "pop3",
                    "mechanism": "SCRAM-SHA-256-PLUS", "encryption": "TLSv1.3", "sentence": "alice@postern.test logged in by pop3",
                ],
                [
                    "event": "login-failed", "peer": "[::1]:4711", "service": "imap", "mechanism": "PLAIN", "encryption": "none",
                    "reason": "wrong", "sentence": "A log-in by imap was refused: wrong",
                ],
            ])
    }

    @Test func aFloodIsAFewLines() {
        for _ in 1...1000 { fail() }
        #expect(kept.lines.count == 5)
        clock.advance(.seconds(60))
        for _ in 1...1000 { fail() }
        #expect(kept.lines.count == 6)
        #expect(kept.lines.last?["sentence"] == "A log-in by pop3 was refused: wrong; 995 more from there since the last line about it")
        // Another address is heard all the while.
        fail("bob@postern.test", LoginConditions(service: "pop3", peer: peer("192.0.2.8"), tls: nil))
        #expect(kept.lines.last?["account"] == "bob@postern.test")
        clock.advance(.seconds(60))
        fail()
        clock.advance(.seconds(60))
        fail()
        #expect(kept.lines.suffix(2).map { $0["sentence"]?.contains("999 more") } == [true, false])
    }

    @Test func aLongNameIsCut() {
        fail(String(repeating: "a", count: 400))
        #expect(kept.lines.last?["account"] == String(repeating: "a", count: 320) + "…")
    }

    @Test func aFloodOfAddressesIsForgotten() {
        for number in 0..<12_000 {
            let octets = [10, 0, UInt8(number >> 8), UInt8(number & 255)]
            guard let address = IPAddress(octets: octets) else { continue }
            fail("alice", LoginConditions(service: "pop3", peer: Peer(address: address, port: 1), tls: nil))
        }
        #expect(kept.lines.count == 12_000)
    }
}
