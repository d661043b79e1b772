import MailCore
import MailStore
import Testing

/// `postern queue` where it says which recipients are meant.
@Suite struct QueueCommandTests {
    @Test func whatIsBeingTriedCanBeAskedFor() async throws {
        try await House.open { house in
            try await house.enqueue(to: ["bob@remote.example", "carol@other.example"])
            let line = PosternCommand(socket: house.socket)
            let leased = try await house.store.leaseDue(Destination(try #require(Domain("remote.example"))), limit: 10)
            #expect(leased.count == 1)
            let shown = try await line.run("queue list --state leased").output
            #expect(shown.contains("bob@remote.example") && shown.contains("  leased  ") && !shown.contains("carol@other.example"))
            // Being tried is no place of its own in the queue.
            #expect(try await line.run("queue list --state queued").output.contains("bob@remote.example"))
            #expect(try await line.run("queue hold --state leased").output == "1 recipient is held.\n")
            house.store.giveBack(leased[0])
            #expect(
                try await line.run("queue list --state leased").output == "Nothing matches. In the whole queue: 1 held, 1 queued.\n")
        }
    }

    /// Nothing to do is no failure; a message that is not there is one.
    @Test func aMessageThatIsNotInTheQueue() async throws {
        try await House.open { house in
            let message = try await house.enqueue(to: ["bob@remote.example"])
            let line = PosternCommand(socket: house.socket)
            for verb in ["retry", "hold", "release", "reroute", "delete"] {
                let refused = try await line.run("queue \(verb) \(MessageID(1))")
                #expect(refused.code == 1 && refused.errors == "Error: There is no message \(MessageID(1)) in the queue.\n", "\(verb)")
                #expect(try await line.run("queue \(verb) --domain nobody.example").code == 0, "\(verb)")
            }
            let release = try await line.run("queue release \(message)")
            #expect(release.code == 0 && release.output == "No recipient is released: none of those that are meant is held.\n")
            #expect(try await line.run("queue delete \(message)").code == 0)
            #expect(try await line.run("queue delete \(message)").code == 1)
        }
    }
}
