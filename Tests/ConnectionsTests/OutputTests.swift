import Glibc
import NIOCore
import Synchronization
import Testing

@testable import Connections

extension WithSockets {
    /// Output is neither lost nor hoarded.
    struct OutputTests {
        static let chunk = 100_000
        static let chunks = 400

        /// A peer that does not read stops the session that writes to it, and nothing of 40 MB is lost when it reads after all.
        @Test(arguments: [false, true]) func writerWaitsForItsReader(copying: Bool) async throws {
            let written = Mutex(0)
            try await withServer(serve: { connection in
                for index in 0..<Self.chunks {
                    if copying {
                        connection.write([UInt8](repeating: UInt8(index & 255), count: Self.chunk))
                    } else {
                        connection.write("")
                        connection.write(ByteBuffer(repeating: UInt8(index & 255), count: Self.chunk))
                    }
                    guard (try? await connection.relieve(within: .seconds(60))) != nil else { return }
                    written.withLock { $0 += 1 }
                }
            }) { server, _, _ in
                let peer = try TestPeer(server)
                try await Task.sleep(for: .milliseconds(300))
                let stalled = written.withLock { $0 }
                #expect(stalled < Self.chunks / 2)
                try await Task.sleep(for: .milliseconds(100))
                #expect(written.withLock { $0 } == stalled)
                let heard = try #require(peer.hearAll())
                #expect(heard.count == Self.chunk * Self.chunks)
                #expect((0..<Self.chunks).allSatisfy { heard[$0 * Self.chunk] == UInt8($0 & 255) })
            }
        }

        /// A peer that pipelines for ever without reading its answers is not read any more.
        @Test func askerWhoNeverListens() async throws {
            try await withServer(serve: echo()) { server, _, _ in
                let peer = try TestPeer(server)
                let commands = [UInt8]((0..<10_000).flatMap { _ in Array("NOOP ................................\r\n".utf8) })
                var taken = 0
                var idle = 0
                while taken < 200_000_000, idle < 20 {
                    let count = peer.say(commands, waiting: false)
                    taken += count
                    idle = count == 0 ? idle + 1 : 0
                    if count == 0 { try await Task.sleep(for: .milliseconds(20)) }
                }
                // What two kernels' socket buffers hold, and not much more.
                #expect(taken < 40_000_000)
            }
        }

        /// What the peer says while we wait for it to listen is not overheard.
        @Test func commandBeforeTheAnswerIsRead() async throws {
            try await withServer(serve: { connection in
                connection.write(ByteBuffer(repeating: 1, count: 20_000_000))
                guard let line = try? await connection.line(limit: 100, within: .seconds(60)) else { return }
                connection.write(line)
            }) { server, _, _ in
                let peer = try TestPeer(server)
                try await Task.sleep(for: .milliseconds(100))
                peer.say("NEXT\r\n")
                try await Task.sleep(for: .milliseconds(50))
                let heard = try #require(peer.hearAll())
                #expect(heard.count == 20_000_004)
                #expect(heard.suffix(4) == Array("NEXT".utf8)[...])
            }
        }

        @Test func closeKeepsPendingOutput() async throws {
            let size = 20_000_000
            try await withServer(serve: { connection in
                connection.write(ByteBuffer(repeating: 1, count: size))
                connection.write("end")
            }) { server, _, _ in
                let peer = try TestPeer(server)
                try await Task.sleep(for: .milliseconds(50))
                let heard = try #require(peer.hearAll())
                #expect(heard.count == size + 3)
                #expect(heard.suffix(3) == Array("end".utf8)[...])
            }
        }

        /// A client that says everything, QUIT, and shuts its side still gets every answer.
        @Test(arguments: ["a\r\nb\r\nQUIT\r\n", "a\r\nb\r\n"]) func halfClosedInput(text: String) async throws {
            try await withServer(serve: echo()) { server, _, service in
                let peer = try TestPeer(server)
                peer.say(text)
                peer.finish()
                let last = text.hasSuffix("QUIT\r\n") ? "bye\r\n" : "421 closed\r\n"
                #expect(peer.allText == "hello\r\n<a>\r\n<b>\r\n" + last)
                #expect(await eventually { service.count == 0 })
            }
        }

        /// A session that ends in the middle of the peer's message: the peer hears why, not a reset, though it goes on sending.
        @Test func lastWordsReachABusySender() async throws {
            try await withServer(serve: { connection in
                _ = try? await connection.bytes(atMost: 10, within: .seconds(5))
                connection.write("552 too much\r\n")
            }) { server, _, service in
                let peer = try TestPeer(server)
                peer.say([UInt8](repeating: 120, count: 8_000_000))
                peer.finish()
                #expect(peer.allText == "552 too much\r\n")
                #expect(await eventually { service.count == 0 })
            }
        }

        @Test func vanishedPeer() async throws {
            let notes = Notes()
            try await withServer(serve: echo(notes: notes)) { server, _, service in
                do {
                    let peer = try TestPeer(server)
                    _ = peer.hear(asLongAs: "hello\r\n")
                    peer.vanish()
                }
                #expect(await eventually { service.count == 0 })
                #expect(notes.all == ["closed"])
            }
        }
    }
}
