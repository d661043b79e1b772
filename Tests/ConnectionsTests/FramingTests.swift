import Glibc
import NIOCore
import Synchronization
import Testing

@testable import Connections

extension WithSockets {
    /// What the session gets is what the peer said, however the network cuts it.
    struct FramingTests {
        @Test(arguments: [
            (["one\r\n", "two\r\n"], "<one>\r\n<two>\r\n"),
            (["o", "n", "e", "\r", "\n", "two\r\nth", "ree\r\n"], "<one>\r\n<two>\r\n<three>\r\n"),
            (["a\r\nb\r\nc\r\nd\r\n"], "<a>\r\n<b>\r\n<c>\r\n<d>\r\n"),
            (["\r\n", "\n"], "<>\r\n<>!\r\n"),
            (["bare\nmixed\r\n"], "<bare>!\r\n<mixed>\r\n"),
            (["in\rside\r\n"], "<in\rside>\r\n"),
            (["\0\u{1}ü\r\n"], "<\0\u{1}ü>\r\n"),
            ([String(repeating: "x", count: 998) + "\r\n"], "<" + String(repeating: "x", count: 998) + ">\r\n"),
        ])
        func linesOverPackets(pieces: [String], answers: String) async throws {
            try await withServer(serve: echo()) { server, _, _ in
                let peer = try TestPeer(server)
                #expect(peer.hear(asLongAs: "hello\r\n") == "hello\r\n")
                for piece in pieces {
                    peer.say(piece)
                    try await Task.sleep(for: .milliseconds(2))
                }
                #expect(peer.hear(asLongAs: answers) == answers)
                peer.say("QUIT\r\n")
                #expect(peer.allText == "bye\r\n")
            }
        }

        @Test(arguments: [
            String(repeating: "x", count: 999) + "\r\n", String(repeating: "x", count: 1000), String(repeating: "x", count: 200_000),
            "fine\r\n" + String(repeating: "x", count: 1001),
        ])
        func tooLongLines(text: String) async throws {
            let notes = Notes()
            try await withServer(serve: echo(notes: notes)) { server, _, _ in
                let peer = try TestPeer(server)
                peer.say(text)
                let heard = try #require(peer.allText)
                #expect(heard.hasSuffix("421 lineTooLong\r\n"))
                #expect(notes.all == ["lineTooLong"])
            }
        }

        /// The answers to a pipelined group leave together: one write, one packet.
        @Test func oneFlushForAGroup() async throws {
            try await withServer(serve: echo()) { server, _, _ in
                let peer = try TestPeer(server)
                _ = peer.hear(asLongAs: "hello\r\n")
                let group = (1...50).map { "c\($0)\r\n" }.joined()
                let answers = (1...50).map { "<c\($0)>\r\n" }.joined()
                peer.say(group)
                #expect(peer.hearSome().map { String(decoding: $0, as: UTF8.self) } == answers)
            }
        }

        @Test func literalsThenLines() async throws {
            let size = 300_000
            try await withServer(serve: { connection in
                do throws(ConnectionError) {
                    _ = try await connection.line(limit: 100, within: .seconds(5))
                    var missing = size
                    var sum = 0
                    while missing > 0 {
                        let part = try await connection.bytes(atMost: missing, within: .seconds(5))
                        missing -= part.readableBytes
                        sum += part.readableBytesView.reduce(0) { $0 + Int($1) }
                    }
                    let rest = try await connection.line(limit: 100, within: .seconds(5))
                    connection.write("\(sum) \(String(decoding: rest, as: UTF8.self))")
                } catch { connection.write("\(error)") }
            }) { server, _, _ in
                let peer = try TestPeer(server)
                let literal = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
                peer.say(Array("take\r\n".utf8) + literal + Array("after\r\n".utf8))
                #expect(peer.allText == "\(literal.reduce(0) { $0 + Int($1) }) after")
            }
        }

        /// `input`: what was left comes again; together with more when nothing was used.
        @Test func shownInput() async throws {
            let notes = Notes()
            try await withServer(serve: { connection in
                do throws(ConnectionError) {
                    var done = false
                    while !done {
                        try await connection.input(within: .seconds(5)) { raw in
                            notes.add(String(decoding: raw, as: UTF8.self))
                            if raw.elementsEqual("ab".utf8) { return 0 }
                            done = raw.elementsEqual("c!rest\r\n".utf8)
                            return done ? 2 : 2
                        }
                    }
                    let line = try await connection.line(limit: 10, within: .seconds(5))
                    notes.add("line " + String(decoding: line, as: UTF8.self))
                    connection.write("ok")
                } catch { connection.write("\(error)") }
            }) { server, _, _ in
                let peer = try TestPeer(server)
                peer.say("ab")
                #expect(await eventually { notes.all == ["ab"] })
                peer.say("c!rest\r\n")
                #expect(peer.allText == "ok")
                #expect(notes.all == ["ab", "abc!rest\r\n", "c!rest\r\n", "line rest"])
            }
        }

        /// A peer whose every packet ends in half a line does not make the buffer grow with all that it sends.
        @Test func bufferStaysSmall() async throws {
            let largest = Mutex(0)
            try await withServer(serve: { connection in
                while let line = try? await connection.line(limit: 1000, within: .seconds(5)), line != Array("QUIT".utf8) {
                    let capacity = connection.input.storageCapacity
                    largest.withLock { $0 = max($0, capacity) }
                }
            }) { server, _, _ in
                let peer = try TestPeer(server)
                let packet = Array((String(repeating: "y", count: 60) + "\r\n" + String(repeating: "x", count: 40)).utf8)
                let stream = [[UInt8]](repeating: packet, count: 20_000).flatMap { $0 }
                peer.say(stream)
                peer.say("\r\nQUIT\r\n")
                #expect(peer.allText == "")
                #expect(largest.withLock { $0 } <= 4 * Connection.inputMark)
            }
        }

        @Test func talkBeforeTheBannerIsSeen() async throws {
            try await withServer(serve: { connection in
                for _ in 0..<200 where !connection.hasBufferedInput { await connection.yield() }
                connection.write(connection.hasBufferedInput ? "early" : "late")
            }) { server, _, _ in
                let peer = try TestPeer(server)
                peer.say("EHLO\r\n")
                #expect(peer.allText == "early")
            }
        }
    }
}
