import Delivery
import MailTesting
import Testing

/// Connections that are kept for what may come.
@Suite(.serialized) struct RestTests {
    @Test func aStreamPaysForOneGreeting() async throws {
        let remote = try await RemoteServer()
        let house = try await House(rest: .seconds(60))
        try await house.route("remote.test", "other.test", to: remote)
        for number in 0..<6 { try await house.send(to: ["u\(number)@remote.test"]) }
        try await house.send(to: ["bob@other.test"])
        #expect(remote.received.count == 7 && remote.connections == 1)
        #expect(!remote.dialogue.contains("QUIT"))
        // Whoever stops takes leave.
        await house.close()
        #expect(remote.dialogue.last == "QUIT")
        await remote.stop()
    }

    /// A server that has enough ends the connection at a moment of its choice: no message waits three hours for that.
    @Test(arguments: [
        (".", RemoteServer.Action.sayAndClose("250 2.0.0 Taken\r\n")), ("MAIL", .sayAndClose("421 4.3.2 Enough\r\n")), ("MAIL", .close),
    ])
    func anEndedConnectionIsReplaced(event: String, end: RemoteServer.Action) async throws {
        let remote = try await RemoteServer { heard, connection in
            guard connection == 1, heard.hasPrefix(event) else { return nil }
            return heard.hasPrefix("MAIL") && !heard.contains("second@") ? nil : end
        }
        let house = try await House(rest: .seconds(60))
        try await house.route("remote.test", to: remote)
        try await house.send(to: ["bob@remote.test"], from: "first@far.test")
        try await house.send(to: ["bob@remote.test"], from: "second@far.test")
        #expect(try await house.queue == [])
        #expect(remote.connections == 2)
        await house.close()
        await remote.stop()
    }

    /// A message for two domains behind one host goes there once.
    @Test func oneTransactionForOneHost() async throws {
        let remote = try await RemoteServer()
        let house = try await House()
        try await house.route("remote.test", "other.test", to: remote)
        try await house.send(to: ["bob@remote.test", "carol@other.test"])
        #expect(remote.received.map(\.recipients) == [["<bob@remote.test>", "<carol@other.test>"]])
        #expect(try await house.queue == [])
        await house.close()
        await remote.stop()
    }

    /// A rest makes room for those that have something to send.
    @Test func whoRestsMakesRoom() async throws {
        let remote = try await RemoteServer()
        let other = try await RemoteServer()
        let house = try await House(["queue.max-connections": "1"], rest: .seconds(60))
        try await house.route("remote.test", to: remote)
        try await house.route("other.test", to: other)
        try await house.send(to: ["bob@remote.test"])
        try await house.send(to: ["bob@other.test"])
        await house.settled()
        #expect(remote.received.count == 1 && other.received.count == 1)
        #expect(remote.dialogue.last == "QUIT")
        await house.close()
        await other.stop()
        await remote.stop()
    }
}
