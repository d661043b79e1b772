import MailCore
import MessageFormat
import Testing

/// How a message is cut into pieces makes no difference.
@Suite struct ChunkTests {
    @Test(arguments: Corpus.names)
    func piecesOfOneSize(name: String) throws {
        let message = try Corpus.message(name)
        let whole = Outcome(message, sizes: { message.count })
        for size in [1, 2, 3, 5, 16, 64] { #expect(Outcome(message, sizes: { size }) == whole, "pieces of \(size)") }
    }

    @Test(arguments: Corpus.names)
    func piecesOfRandomSizes(name: String) throws {
        let message = try Corpus.message(name)
        let whole = Outcome(message, sizes: { message.count })
        var random = SplitMix(state: 42)
        for _ in 0..<40 { #expect(Outcome(message, sizes: { Int(random.next() % 90) }) == whole) }
    }

    /// Two pieces, cut at every place there is.
    @Test(arguments: ["empty-parts", "boundary-prefix", "nul-and-cr", "bare-lf", "no-closing-boundary", "digest"])
    func everyCut(name: String) throws {
        let message = try Corpus.message(name)
        let whole = Outcome(message, sizes: { message.count })
        for cut in 1..<message.count {
            var sizes = [cut, message.count]
            #expect(Outcome(message, sizes: { sizes.removeFirst() }) == whole, "cut at \(cut)")
        }
    }

    /// Messages made of what the parser looks for, in any order, with narrow limits.
    @Test func nonsense() {
        var random = SplitMix(state: 7)
        let words = [
            "\r\n", "\n", "\r", "--", "-", "b", "--b", "--b--", "\r\n--b\r\n", "\r\n--b--\r\n", "\n--c\n", " ", "x: y", "Received: r\r\n",
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "Content-Type: multipart/mixed; boundary=c\r\n\r\n",
            "Content-Type: message/rfc822\r\n\r\n", "Subject: s\r\n", String(repeating: "h", count: 50), "(", "\"", ";",
        ]
        let limits = StructureLimits(headerBlock: ByteCount(120), parts: 9, depth: 4, addresses: 3, details: ByteCount(300))
        for _ in 0..<1500 {
            var message = Array("Content-Type: multipart/mixed; boundary=b\r\n\r\n".utf8)
            for _ in 0..<random.next() % 24 { message += Array(words[Int(random.next() % UInt64(words.count))].utf8) }
            let whole = Outcome(message, limits, sizes: { message.count })
            for size in [1, 3] { #expect(Outcome(message, limits, sizes: { size }) == whole, "\(readable(message))") }
            let sizes = { Int(random.next() % 20) }
            #expect(Outcome(message, limits, sizes: sizes) == whole, "\(readable(message))")
        }
    }
}

/// All that a parser tells about a message.
private struct Outcome: Equatable {
    var root: MessagePart
    var header: [UInt8]
    var summary: MessageSummary
    var headerTooLarge: Bool
    var receivedCount: Int

    init(_ message: [UInt8], _ limits: StructureLimits = .init(), sizes: () -> Int) {
        var parser = StructureParser(limits: limits)
        message.withUnsafeBytes { bytes in
            var at = 0
            while at < bytes.count {
                let size = min(sizes(), bytes.count - at)
                parser.feed(UnsafeRawBufferPointer(rebasing: bytes[at..<at + size]))
                at += size
            }
        }
        let structure = parser.finish()
        root = structure.root
        header = structure.header
        summary = structure.summary
        headerTooLarge = parser.headerTooLarge
        receivedCount = parser.receivedCount
    }
}

/// Numbers that look random and are the same every time.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
