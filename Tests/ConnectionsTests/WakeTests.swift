import Dispatch
import Synchronization
import Testing

@testable import Connections

extension WithSockets {
    /// Sessions that wait for something else than their peer, and loops that are shared fairly.
    struct WakeTests {
        /// Idles: says what woke it, until its peer talks.
        static func idle(_ announced: Announced) -> @Sendable (Connection) async -> Void {
            { connection in
                announced.add(connection)
                do throws(ConnectionError) {
                    while true {
                        connection.write("+ idling\r\n")
                        switch try await connection.waitForInput(within: .seconds(60)) {
                        case .woken: connection.write("* woken\r\n")
                        case .input:
                            let line = try await connection.line(limit: 100, within: .seconds(5))
                            return connection.write("OK " + String(decoding: line, as: UTF8.self))
                        }
                    }
                } catch {}
            }
        }

        @Test func wakesFromAnyThread() async throws {
            let announced = Announced()
            try await withServer(serve: Self.idle(announced)) { server, _, _ in
                let peer = try TestPeer(server)
                #expect(peer.hear(asLongAs: "+ idling\r\n") == "+ idling\r\n")
                for _ in 0..<3 {
                    for connection in announced.all { connection.wake() }
                    #expect(peer.hear(asLongAs: "* woken\r\n+ idling\r\n") == "* woken\r\n+ idling\r\n")
                }
                peer.say("DONE\r\n")
                #expect(peer.allText == "OK DONE")
            }
        }

        /// Wakes before the wait are remembered, and many are one.
        @Test func wakesAreRememberedAndCoalesced() async throws {
            try await withServer(
                clock: .quick,
                serve: { connection in
                    for _ in 0..<10 { connection.wake() }
                    await connection.yield()
                    connection.write("\((try? await connection.waitForInput(within: .seconds(5))) == .woken)")
                    connection.write(" \((try? await connection.waitForInput(within: .milliseconds(1))) == nil)")
                }
            ) { server, _, _ in
                let peer = try TestPeer(server)
                #expect(peer.allText == "true true")
            }
        }

        @Test func aBurstWakesEverybody() async throws {
            let announced = Announced()
            try await withServer(serve: Self.idle(announced)) { server, _, _ in
                let peers = try (0..<50).map { _ in try TestPeer(server) }
                for peer in peers { #expect(peer.hear(asLongAs: "+ idling\r\n") == "+ idling\r\n") }
                #expect(announced.all.count == 50)
                for connection in announced.all { connection.wake() }
                for peer in peers { #expect(peer.hear(asLongAs: "* woken\r\n") == "* woken\r\n") }
            }
        }

        @Test func wakingADeadConnectionIsHarmless() async throws {
            let announced = Announced()
            try await withServer(serve: Self.idle(announced)) { server, _, service in
                do {
                    let peer = try TestPeer(server)
                    _ = peer.hear(asLongAs: "+ idling\r\n")
                }
                #expect(await eventually { service.count == 0 })
                for connection in announced.all { connection.wake() }
                let next = try TestPeer(server)
                #expect(next.hear(asLongAs: "+ idling\r\n") == "+ idling\r\n")
            }
        }

        /// A session that never waits for its peer, only yields, keeps nobody else from being served.
        @Test(arguments: [true, false]) func busySessionsShareTheLoop(ours: Bool) async throws {
            let stop = Atomic(false)
            try await withServer(serve: { connection in
                guard (try? await connection.line(limit: 100, within: .seconds(5))) == Array("busy".utf8) else {
                    return connection.write("served")
                }
                connection.write("spinning")
                connection.flush()
                while !stop.load(ordering: .relaxed) { if ours { await connection.yield() } else { await Task.yield() } }
            }) { server, _, _ in
                let busy = try TestPeer(server)
                busy.say("busy\r\n")
                #expect(busy.hear(asLongAs: "spinning") == "spinning")
                let other = try TestPeer(server)
                other.say("other\r\n")
                #expect(other.allText == "served")
                stop.store(true, ordering: .relaxed)
                #expect(busy.allText == "")
            }
        }

        /// What other threads resume comes back to the loop; a burst of it costs one wake-up.
        @Test func resumedElsewhereGoesOnOnTheLoop() async throws {
            try await withServer(serve: { connection in
                for _ in 0..<100 {
                    await withCheckedContinuation { continuation in
                        DispatchQueue.global().async { continuation.resume() }
                    }
                    connection.write(".")
                }
            }) { server, _, _ in
                let peer = try TestPeer(server)
                #expect(peer.allText == String(repeating: ".", count: 100))
            }
        }
    }
}

/// The connections that a test's sessions have announced.
final class Announced: Sendable {
    private let connections = Mutex<[Connection]>([])
    func add(_ connection: Connection) { connections.withLock { $0.append(connection) } }
    var all: [Connection] { connections.withLock { $0 } }
}
