import AdminContract
import Connections
import MailCore
import MailSettings
import Netlink
import Testing

@testable import posternd

struct ServiceFactsTests {
    static func facts(
        _ settings: [String: String], on present: [NetworkInterface] = [], _ listening: [String: Set<ListenAddress>]
    ) throws -> [String: StatusFacts.Service] {
        let facts = ServiceFacts.all(
            try Settings.defaults.overriding(settings), on: present, listening: listening, connections: ["smtp": 2], certificates: [],
            at: 0,
            handedOver: { service, _ in service == "smtp" }, trouble: { $0 == "pop3" ? "another program uses this port" : nil })
        return Dictionary(uniqueKeysWithValues: facts.map { ($0.name, $0) })
    }

    @Test func everyState() throws {
        let facts = try Self.facts(
            ["pop3s.enabled": "off", "encryption.mode": "off", "mailbox.interfaces": "192.0.2.1,192.0.2.2"],
            ["smtp": [.all(port: 25)], "imap": [.address(.init("192.0.2.1")!, port: 143)]])
        #expect(facts["smtp"]?.state == "listening")
        #expect(facts["smtp"]?.by == "systemd")
        #expect(facts["smtp"]?.addresses == ["every address"])
        #expect(facts["smtp"]?.connections == 2)
        #expect(facts["smtp"]?.certificate == nil)
        #expect(facts["imap"]?.state == "partly")
        #expect(facts["imap"]?.by == "postern")
        #expect(facts["imap"]?.addresses == ["192.0.2.1"])
        #expect(facts["pop3"]?.state == "closed")
        #expect(facts["pop3"]?.by == nil)
        #expect(facts["pop3"]?.trouble == "another program uses this port")
        #expect(facts["pop3s"]?.state == "off")
        #expect(facts["smtps"]?.certificate == "default")
        #expect(facts["imap"]?.certificate == nil)
    }

    /// An interface that is not there is no fault of the service.
    @Test func waitingForAnInterface() throws {
        let facts = try Self.facts(["smtp.interfaces": "wan9"], ["imap": [.all(port: 143)]])
        #expect(facts["smtp"]?.state == "waiting")
        #expect(facts["imap"]?.state == "listening")
    }
}
