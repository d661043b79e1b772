import MailCore
import Synchronization
import Testing

@testable import Connections

/// Connections that we open: the same session code, from the other side.
@Suite struct OutgoingTests {
    @Test func aDialogueHasAResult() async throws {
        try await withServer(serve: echo()) { server, hub, service in
            let heard = try await hub.connect(to: server, within: .seconds(5)) { connection in
                var lines: [String] = []
                connection.write("one\r\nQUIT\r\n")
                while let line = try? await connection.line(limit: 100, within: .seconds(5)) {
                    lines.append(String(decoding: line, as: UTF8.self))
                }
                return lines
            }
            #expect(heard == ["hello", "<one>", "bye"])
            #expect(await eventually { service.count == 0 })
        }
    }

    /// What was written last is delivered although the session has returned.
    @Test func lastWords() async throws {
        let notes = Notes()
        try await withServer(serve: { connection in
            while let line = try? await connection.line(limit: 100, within: .seconds(5)) {
                notes.add(String(decoding: line, as: UTF8.self))
            }
        }) { server, hub, _ in
            try await hub.connect(to: server, within: .seconds(5)) { $0.write("good bye\r\n") }
            #expect(await eventually { notes.all == ["good bye"] })
        }
    }

    /// However many loops there are, none has both whom we go to and who comes to us.
    @Test(arguments: [1, 4]) func eitherKindHasLoopsOfItsOwn(loops: Int) async throws {
        let incoming = Mutex<Set<ObjectIdentifier>>([])
        var outgoing: Set<ObjectIdentifier> = []
        try await withServer(
            loops: loops,
            serve: { connection in
                incoming.withLock { _ = $0.insert(ObjectIdentifier(connection.loop)) }
                connection.write("hello\r\n")
            }
        ) { server, hub, _ in
            for _ in 0..<8 {
                let loop = try await hub.connect(to: server, within: .seconds(5)) { connection in
                    _ = try? await connection.line(limit: 100, within: .seconds(5))
                    return ObjectIdentifier(connection.loop)
                }
                outgoing.insert(loop)
            }
        }
        let met = incoming.withLock { $0 }
        #expect(met.isDisjoint(with: outgoing))
        #expect(met.count == loops && outgoing.count == max(1, loops / 2))
    }

    @Test func aPatientSessionHasDeadlinesToo() async throws {
        let hand = HandClock()
        try await withServer(clock: hand.clock, serve: { connection in _ = try? await connection.line(limit: 10, within: .seconds(9999)) })
        {
            server, hub, _ in
            async let outcome = hub.connect(to: server, within: .seconds(5)) { connection -> ConnectionError? in
                do throws(ConnectionError) {
                    _ = try await connection.line(limit: 100, within: .seconds(60))
                    return nil
                } catch {
                    return error
                }
            }
            for _ in 0..<3 {
                try await Task.sleep(for: .milliseconds(50))
                hand.advance(by: .seconds(61))
            }
            #expect(try await outcome == .deadline)
        }
    }

    @Test func nobodyListens() async throws {
        try await withServer(serve: echo()) { server, hub, service in
            await hub.stopAccepting()
            #expect(await failure(of: hub, to: server) == .system(111))
        }
    }

    @Test func aSourceThatIsNotOurs() async throws {
        try await withServer(serve: echo()) { server, hub, _ in
            #expect(await failure(of: hub, to: server, from: IPAddress("192.0.2.77")) == .system(99))
            #expect(await failure(of: hub, to: server, from: IPAddress("127.0.0.5")) == nil)
        }
    }

    @Test func afterTheStopNothingBegins() async throws {
        try await withServer(serve: echo()) { server, hub, _ in
            await hub.stop(within: .seconds(1))
            #expect(await failure(of: hub, to: server) == .stopping)
        }
    }

    private func failure(of hub: ConnectionHub, to peer: Peer, from source: IPAddress? = nil) async -> ConnectFailure? {
        do throws(ConnectFailure) {
            try await hub.connect(to: peer, from: source, within: .seconds(5)) { _ in }
            return nil
        } catch {
            return error
        }
    }
}
