import MailCore
import NIOCore
import Synchronization
import Testing

@testable import Connections

extension WithSockets {
    /// The way down: told when it does no harm, cut when the time is up.
    struct StopTests {
        @Test func idleSessionsAreToldAtOnce() async throws {
            try await withServer(serve: echo()) { server, hub, service in
                let peers = try (0..<20).map { _ in try TestPeer(server) }
                for peer in peers { #expect(peer.hear(asLongAs: "hello\r\n") == "hello\r\n") }
                let clock = ContinuousClock()
                let took = await clock.measure { await hub.stop(within: .seconds(10)) }
                #expect(took < .seconds(5))
                for peer in peers { #expect(peer.allText == "421 stopping\r\n") }
                #expect(service.count == 0)
                #expect(throws: (any Error).self) { try TestPeer(server) }
            }
        }

        /// A message in flight has half of the time to come to its end, and is answered.
        @Test func messageInFlightIsFinished() async throws {
            try await withServer(serve: Self.receiver) { server, hub, _ in
                let peer = try TestPeer(server)
                #expect(peer.hear(asLongAs: "354\r\n") == "354\r\n")
                async let stopped: Void = hub.stop(within: .seconds(4))
                try await Task.sleep(for: .milliseconds(300))
                peer.say("0123456789")
                #expect(peer.allText == "250\r\n421\r\n")
                await stopped
            }
        }

        @Test func messageThatTakesTooLongIsCut() async throws {
            try await withServer(serve: Self.receiver) { server, hub, service in
                let peer = try TestPeer(server)
                #expect(peer.hear(asLongAs: "354\r\n") == "354\r\n")
                let clock = ContinuousClock()
                let took = await clock.measure { await hub.stop(within: .seconds(2)) }
                #expect(took > .milliseconds(900) && took < .seconds(5))
                #expect(peer.allText == "451 stopping\r\n")
                #expect(service.count == 0)
            }
        }

        /// A session that waits for somebody else (a store that hangs) does not hold the server up.
        @Test func deafSessionIsLeft() async throws {
            let release = Mutex<CheckedContinuation<Void, Never>?>(nil)
            try await withServer(serve: { connection in
                connection.write("deaf\r\n")
                connection.flush()
                await withCheckedContinuation { continuation in release.withLock { $0 = continuation } }
                connection.write("never heard")
            }) { server, hub, service in
                let peer = try TestPeer(server)
                #expect(peer.hear(asLongAs: "deaf\r\n") == "deaf\r\n")
                let clock = ContinuousClock()
                let took = await clock.measure { await hub.stop(within: .seconds(1)) }
                #expect(took < .seconds(5))
                #expect(peer.hearSome() == [])
                release.withLock { $0.take() }?.resume()
                #expect(await eventually { service.count == 0 })
            }
        }

        /// Peers that come while we go hear the farewell, or nothing when NIO had not handed them over yet; none outlives the stop.
        @Test(arguments: [1, 3]) func peersThatComeWhileWeStop(loops: Int) async throws {
            for _ in 0..<10 {
                try await withServer(
                    loops: loops,
                    serve: { connection in
                        await connection.yield()
                        await echo()(connection)
                    }
                ) { server, hub, service in
                    let peers = Task.detached {
                        var peers: [TestPeer] = []
                        while let peer = try? TestPeer(server), peers.count < 300 { peers.append(peer) }
                        return peers
                    }
                    try await Task.sleep(for: .milliseconds(5))
                    await hub.stop(within: .seconds(5))
                    #expect(service.count == 0)
                    for peer in await peers.value {
                        let heard = peer.allText
                        #expect(heard == nil || heard == "" || heard == "hello\r\n421 stopping\r\n")
                    }
                }
            }
        }

        @Test func stopAcceptingKeepsSessions() async throws {
            try await withServer(serve: echo()) { server, hub, _ in
                let peer = try TestPeer(server)
                #expect(peer.hear(asLongAs: "hello\r\n") == "hello\r\n")
                await hub.stopAccepting()
                #expect((try? TestPeer(server)) == nil)
                peer.say("a\r\nQUIT\r\n")
                #expect(peer.allText == "<a>\r\nbye\r\n")
            }
        }

        /// Takes ten octets of content, answers, and waits for a command.
        static let receiver: @Sendable (Connection) async -> Void = { connection in
            connection.write("354\r\n")
            var missing = 10
            do throws(ConnectionError) {
                while missing > 0 {
                    missing -= try await connection.bytes(atMost: missing, within: .seconds(60)).readableBytes
                }
                connection.write("250\r\n")
                _ = try await connection.line(limit: 100, within: .seconds(60))
            } catch { connection.write(missing > 0 ? "451 \(error)\r\n" : "421\r\n") }
        }
    }
}
