import Delivery
import MailTesting
import Testing

/// A host that failed is left alone for a while, and whoever looks at the queue sees why.
@Suite(.serialized) struct BackoffTests {
    @Test func whoComesMeanwhileHearsTheSame() async throws {
        let remote = try await RemoteServer { event, _ in event == "connect" ? .sayAndClose("450 4.3.2 not now\r\n") : nil }
        let house = try await House()
        try await house.route("remote.test", to: remote)
        for name in ["bob", "carol"] { try await house.send(to: ["\(name)@remote.test"]) }
        #expect(
            try await house.queue == [
                "bob@remote.test deferred 1 4.3.2 450 4.3.2 not now", "carol@remote.test deferred 1 4.3.2 450 4.3.2 not now",
            ])
        #expect(remote.connections == 1)
        await house.close()
        await remote.stop()
    }
}
