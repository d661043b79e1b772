import POP3Wire
import Testing

/// What a message is on the wire, whole and in pieces.
@Suite struct DotStufferTests {
    static func wire(_ message: [UInt8], pieces: Int) -> [UInt8] {
        var stuffer = DotStuffer()
        var wire: [UInt8] = []
        for start in stride(from: 0, to: message.count, by: max(1, pieces)) {
            message[start..<min(start + max(1, pieces), message.count)].withUnsafeBytes { stuffer.encode($0) { wire += $0 } }
        }
        stuffer.finish { wire += $0 }
        return wire
    }

    @Test(arguments: [
        ("", ".\r\n"),
        ("a\r\n", "a\r\n.\r\n"),
        ("a", "a\r\n.\r\n"),
        (".\r\n", "..\r\n.\r\n"),
        (".", "..\r\n.\r\n"),
        ("..a\r\n.b\r\nc.\r\n", "...a\r\n..b\r\nc.\r\n.\r\n"),
        ("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"),
        ("\r\n\r\n", "\r\n\r\n.\r\n"),
        ("a\nb\n", "a\r\nb\r\n.\r\n"),
        ("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"),
        ("\n", "\r\n.\r\n"),
        ("\n\n.", "\r\n\r\n..\r\n.\r\n"),
        ("a\rb\r\n", "a\rb\r\n.\r\n"),
        ("a\r.b\r\n", "a\r.b\r\n.\r\n"),
        ("a\r", "a\r\r\n.\r\n"),
        ("a\r\r\n", "a\r\r\n.\r\n"),
    ])
    func sends(message: String, golden: String) {
        for pieces in [1, 2, 3, 1000] { #expect(Self.wire(Array(message.utf8), pieces: pieces) == Array(golden.utf8), "\(pieces)") }
    }

    /// A message that needs nothing goes out in one span: it is not copied about.
    @Test func leavesAMessageInOnePiece() {
        let message = Array("Subject: a\r\n\r\n\(String(repeating: "a line\r\n", count: 100))".utf8)
        var stuffer = DotStuffer()
        var spans: [Int] = []
        message.withUnsafeBytes { stuffer.encode($0) { spans.append($0.count) } }
        #expect(spans == [message.count])
    }
}

/// How much of a message TOP shows.
@Suite struct TopExtentTests {
    static func shown(_ message: [UInt8], lines: Int, pieces: Int) -> [UInt8] {
        var extent = TopExtent(lines: lines)
        var shown: [UInt8] = []
        for start in stride(from: 0, to: message.count, by: max(1, pieces)) where !extent.isComplete {
            let piece = message[start..<min(start + max(1, pieces), message.count)]
            let count = piece.withUnsafeBytes { extent.take($0) }
            #expect(count == piece.count || extent.isComplete)
            shown += piece.prefix(count)
        }
        return shown
    }

    @Test(arguments: [
        ("A: b\r\n\r\none\r\ntwo\r\n", 0, "A: b\r\n\r\n"),
        ("A: b\r\n\r\none\r\ntwo\r\n", 1, "A: b\r\n\r\none\r\n"),
        ("A: b\r\n\r\none\r\ntwo\r\n", 2, "A: b\r\n\r\none\r\ntwo\r\n"),
        ("A: b\r\n\r\none\r\ntwo\r\n", 9, "A: b\r\n\r\none\r\ntwo\r\n"),
        ("A: b\r\n\r\n\r\n\r\nx\r\n", 1, "A: b\r\n\r\n\r\n"),
        ("A: b\r\n\r\nno end", 1, "A: b\r\n\r\nno end"),
        ("A: b\r\n", 5, "A: b\r\n"),
        ("A: b", 0, "A: b"),
        ("", 3, ""),
        ("\r\nbody\r\n", 0, "\r\n"),
        ("A: b\n\none\ntwo\n", 1, "A: b\n\none\n"),
        ("A: b\r\n\r\r\n\r\none\r\n", 0, "A: b\r\n\r\r\n\r\n"),
        ("A: b\r\n\r\none\r\n", -7, "A: b\r\n\r\n"),
    ])
    func shows(message: String, lines: Int, golden: String) {
        for pieces in [1, 2, 3, 1000] {
            #expect(Self.shown(Array(message.utf8), lines: lines, pieces: pieces) == Array(golden.utf8), "\(pieces)")
        }
    }
}
