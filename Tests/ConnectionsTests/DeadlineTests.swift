import MailCore
import NIOCore
import Testing

@testable import Connections

extension WithSockets {
    /// Every wait has an end, and it comes when the clock says so.
    struct DeadlineTests {
        @Test func silentPeer() async throws {
            let hand = HandClock()
            let notes = Notes()
            try await withServer(clock: hand.clock, serve: echo(notes: notes)) { server, _, _ in
                let peer = try TestPeer(server)
                #expect(peer.hear(asLongAs: "hello\r\n") == "hello\r\n")
                hand.advance(by: .seconds(299))
                try await Task.sleep(for: .milliseconds(50))
                #expect(notes.all == [])
                hand.advance(by: .seconds(2))
                #expect(peer.allText == "421 deadline\r\n")
            }
        }

        /// A line that drips in octet by octet gets no more time than one that comes at once; a finished line starts anew.
        @Test func drippingLine() async throws {
            let hand = HandClock()
            try await withServer(clock: hand.clock, serve: echo()) { server, _, _ in
                let peer = try TestPeer(server)
                #expect(peer.hear(asLongAs: "hello\r\n") == "hello\r\n")
                hand.advance(by: .seconds(200))
                peer.say("a\r\n")
                #expect(peer.hear(asLongAs: "<a>\r\n") == "<a>\r\n")
                for _ in 0..<4 {
                    hand.advance(by: .seconds(70))
                    peer.say("x")
                    try await Task.sleep(for: .milliseconds(30))
                }
                hand.advance(by: .seconds(70))
                #expect(peer.allText == "421 deadline\r\n")
            }
        }

        /// Above four fifths of the connections patience shrinks to a tenth, also for waits that have begun; not for patient sessions.
        @Test func shorterUnderLoad() async throws {
            let hand = HandClock()
            let notes = Notes()
            try await withServer(
                most: 5, clock: hand.clock,
                serve: { connection in
                    let first = try? await connection.line(limit: 100, within: .seconds(300))
                    connection.isPatientUnderLoad = first == Array("patient".utf8)
                    connection.write("ok\r\n")
                    do throws(ConnectionError) { _ = try await connection.line(limit: 100, within: .seconds(300)) } catch {
                        notes.add(connection.isPatientUnderLoad ? "patient \(error)" : "\(error)")
                    }
                }
            ) { server, _, service in
                var peers: [TestPeer] = []
                for index in 0..<4 {
                    let peer = try TestPeer(server)
                    peer.say(index == 0 ? "patient\r\n" : "other\r\n")
                    #expect(peer.hear(asLongAs: "ok\r\n") == "ok\r\n")
                    peers.append(peer)
                }
                hand.advance(by: .seconds(31))
                try await Task.sleep(for: .milliseconds(50))
                #expect(notes.all == [])
                let fifth = try TestPeer(server)
                #expect(await eventually { notes.all == ["deadline", "deadline", "deadline"] })
                #expect(await eventually { service.count == 2 })
                #expect(!service.isCrowded)
                _ = fifth
            }
        }

        @Test(arguments: [
            (Duration.seconds(300), Duration.seconds(30)), (.seconds(60), .seconds(10)), (.seconds(5), .seconds(5)),
            (.seconds(1800), .seconds(180)),
        ])
        func shrunk(nominal: Duration, short: Duration) { #expect(Connection.shrunk(nominal) == short) }

        /// Closing does not wait for ever for a peer that takes nothing.
        @Test func lastWordsHaveALimit() async throws {
            let hand = HandClock()
            try await withServer(clock: hand.clock, serve: { $0.write([UInt8](repeating: 120, count: 30_000_000)) }) { server, _, service in
                let peer = try TestPeer(server)
                #expect(await eventually { service.count == 1 })
                try await Task.sleep(for: .milliseconds(50))
                #expect(service.count == 1)
                hand.advance(by: Connection.finishLimit + .seconds(1))
                #expect(await eventually { service.count == 0 })
                _ = peer
            }
        }

        @Test func adaptedReads() {
            let size = ReadSize()
            func next() -> Int { size.buffer(allocator: .init()).capacity }
            #expect(next() == ReadSize.command)
            #expect(size.record(actualReadBytes: ReadSize.command))
            #expect(next() == ReadSize.content)
            _ = size.record(actualReadBytes: ReadSize.content)
            #expect(next() == ReadSize.largest)
            _ = size.record(actualReadBytes: 100)
            #expect(next() == ReadSize.command)
            size.expect(content: true)
            #expect(next() == ReadSize.content)
            #expect(size.nextBufferSize() == nil)
        }
    }
}
