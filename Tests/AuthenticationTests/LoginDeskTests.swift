import Connections
import MailCore
import MailSettings
import Testing

@testable import Authentication

@Suite struct LoginDeskTests {
    private static let all = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", "LOGIN"]
    private static let unbound = ["SCRAM-SHA-256", "PLAIN", "LOGIN"]

    /// Mode, where from, through TLS or not, and what is offered. F7
    @Test(
        arguments: [
            ("off", "192.0.2.7", false, unbound), ("optional", "192.0.2.7", false, unbound), ("required", "192.0.2.7", false, []),
            ("off", "192.0.2.7", true, all), ("optional", "192.0.2.7", true, all), ("required", "192.0.2.7", true, all),
            // Loopback is on nobody's way, but has no channel to bind to.
            ("required", "127.0.0.1", false, unbound), ("required", "127.8.8.8", false, unbound), ("required", "::1", false, unbound),
            ("required", "::ffff:127.0.0.1", false, unbound), ("required", "127.0.0.1", true, all), ("required", "2001:db8::1", false, []),
            ("required", "10.0.0.1", false, []),
        ] as [(String, String, Bool, [String])])
    func offers(mode: String, from: String, isEncrypted: Bool, mechanisms: [String]) async throws {
        let test = try await TestDesk(["encryption.mode": mode])
        let conditions = LoginConditions(service: "imap", peer: peer(from), tls: isEncrypted ? modern : nil)
        #expect(test.desk.mechanisms(under: conditions) == mechanisms)
        #expect(test.desk.passwordRefusal(under: conditions) == (mechanisms.isEmpty ? .encryptionRequired : nil))
    }

    @Test func aChangedModeHoldsAtOnce() async throws {
        let test = try await TestDesk()
        let conditions = LoginConditions(service: "imap", peer: peer("192.0.2.7"), tls: nil)
        #expect(test.desk.passwordRefusal(under: conditions) == nil)
        test.settings.replace(with: try test.settings.current.overriding(["encryption.mode": "required"]))
        #expect(test.desk.passwordRefusal(under: conditions) == .encryptionRequired)
    }
}
