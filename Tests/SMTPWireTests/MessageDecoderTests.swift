import SMTPWire
import Testing

/// The rules once more, octet by octet and without any state but what was read: what the decoder is compared with.
private struct Reference: Equatable {
    var message: [UInt8] = []
    var taken = 0
    var isComplete = false
    var hasBareNewline = false

    init(_ input: [UInt8], dotStuffed: Bool, madeCRLF: Bool) {
        var atLineStart = dotStuffed
        var at = 0
        while at < input.count {
            let rest = input[at...]
            if atLineStart, rest.starts(with: ".\r\n".utf8) {
                (taken, isComplete) = (at + 3, true)
                return
            }
            if atLineStart, input[at] == UInt8(ascii: ".") { at += 1 }
            atLineStart = false
            guard at < input.count else { break }
            if input[at...].starts(with: "\r\n".utf8) {
                message += "\r\n".utf8
                atLineStart = dotStuffed
                at += 2
            } else if input[at] == 13 || input[at] == 10 {
                hasBareNewline = true
                message += madeCRLF ? [13, 10] : [input[at]]
                at += 1
            } else {
                message.append(input[at])
                at += 1
            }
        }
        taken = input.count
    }

    init(_ decoder: MessageDecoder, message: [UInt8], taken: Int) {
        self.message = message
        self.taken = taken
        isComplete = decoder.isComplete
        hasBareNewline = decoder.hasBareNewline
    }
}

private func decode(_ pieces: [[UInt8]], _ framing: MessageDecoder.Framing, _ newlines: MessageDecoder.BareNewlines) -> Reference {
    var decoder = MessageDecoder(framing, bareNewlines: newlines)
    var message: [UInt8] = []
    var taken = 0
    for piece in pieces where !decoder.isComplete {
        taken += piece.withUnsafeBytes { decoder.decode($0) { message += $0 } }
    }
    decoder.finish { message += $0 }
    return Reference(decoder, message: message, taken: taken)
}

@Suite struct MessageDecoderTests {
    @Test(arguments: [
        (".\r\n", ""), ("\r\n.\r\n", "\r\n"), ("a\r\n.\r\n", "a\r\n"), ("..\r\n.\r\n", ".\r\n"), ("...\r\n.\r\n", "..\r\n"),
        (".a\r\n.\r\n", "a\r\n"), ("a.\r\n.\r\n", "a.\r\n"), ("a\r\n..\r\nb\r\n.\r\n", "a\r\n.\r\nb\r\n"), ("\u{0}\r\n.\r\n", "\u{0}\r\n"),
    ])
    func endsAtTheDot(wire: String, message: String) {
        let result = decode([Array((wire + "QUIT\r\n").utf8)], .dotStuffed, .kept)
        #expect(result.message == Array(message.utf8))
        #expect(result.isComplete)
        #expect(!result.hasBareNewline)
        #expect(result.taken == wire.utf8.count)
    }

    /// What has ended messages in other servers, and never does here.
    @Test(arguments: [
        "a\n.\n", "a\n.\r\n", "a\r.\r\n", "a\r.\r", "a\r\n.\n", "a\r\n.\r", "a\r\n.\r\r\n", "a\n\r.\r\n", "a\r\r\n\r.\r\n", "\n.\r\n",
        "\r.\r\n",
        ".\n", ".\r", ".\r\r\n",
    ])
    func nothingElseEnds(wire: String) {
        for newlines in [MessageDecoder.BareNewlines.kept, .madeCRLF] {
            let open = decode([Array(wire.utf8)], .dotStuffed, newlines)
            #expect(!open.isComplete)
            let closed = decode([Array((wire + "\r\n.\r\n").utf8)], .dotStuffed, newlines)
            #expect(closed.isComplete)
            #expect(closed.hasBareNewline)
        }
    }

    @Test(arguments: [
        ("a\nb\r\n.\r\n", "a\r\nb\r\n"), ("a\rb\r\n.\r\n", "a\r\nb\r\n"), ("a\n.\nb\r\n.\r\n", "a\r\n.\r\nb\r\n"),
        ("a\r\r\n.\r\n", "a\r\n\r\n"), ("a\n\n\r\n.\r\n", "a\r\n\r\n\r\n"), ("\n.\r\n.\r\n", "\r\n.\r\n"),
    ])
    func bareNewlinesAreMadePairs(wire: String, message: String) {
        #expect(decode([Array(wire.utf8)], .dotStuffed, .madeCRLF).message == Array(message.utf8))
    }

    @Test func chunksAreTakenAsTheyAre() {
        let result = decode([Array(".\r\n..a\r\n.\r\nb\r".utf8), Array("\nc".utf8)], .octets, .kept)
        #expect(result.message == Array(".\r\n..a\r\n.\r\nb\r\nc".utf8))
        #expect(!result.isComplete)
        #expect(!result.hasBareNewline)
    }

    @Test func aLastCRIsBare() {
        #expect(decode([Array("a\r".utf8)], .octets, .kept).hasBareNewline)
        #expect(decode([Array("a\r".utf8)], .octets, .madeCRLF).message == Array("a\r\n".utf8))
    }

    /// Every text of up to seven octets over the octets that matter, whole and in single octets, is what the rules say.
    @Test func everyShortTextIsDecodedRightly() {
        let alphabet = Array("\r\n.a".utf8)
        for length in 0...7 {
            for number in 0..<(1 << (2 * length)) {
                let text = (0..<length).map { alphabet[number >> (2 * $0) & 3] }
                for framing in [MessageDecoder.Framing.dotStuffed, .octets] {
                    for newlines in [MessageDecoder.BareNewlines.kept, .madeCRLF] where length < 7 || newlines == .kept {
                        let wanted = Reference(text, dotStuffed: framing == .dotStuffed, madeCRLF: newlines == .madeCRLF)
                        if decode([text], framing, newlines) == wanted, decode(text.map { [$0] }, framing, newlines) == wanted { continue }
                        Issue.record("\(text) \(framing) \(newlines)")
                    }
                }
            }
        }
    }

    @Test func longTextsAreDecodedRightlyInAnyPieces() {
        var generator = SplitMix(state: 7)
        for round in 0..<400 {
            let text = (0..<Int(generator.next() % 600)).map { _ in Array("\r\n\r\n..abcdefgh".utf8)[Int(generator.next() % 14)] }
            let framing: MessageDecoder.Framing = round % 3 == 0 ? .octets : .dotStuffed
            let newlines: MessageDecoder.BareNewlines = round % 2 == 0 ? .kept : .madeCRLF
            let wanted = Reference(text, dotStuffed: framing == .dotStuffed, madeCRLF: newlines == .madeCRLF)
            for _ in 0..<8 {
                var pieces: [[UInt8]] = []
                var rest = text[...]
                while !rest.isEmpty {
                    let n = Int(generator.next() % 40)
                    pieces.append(Array(rest.prefix(n)))
                    rest = rest.dropFirst(n)
                }
                #expect(decode(pieces, framing, newlines) == wanted)
            }
        }
    }
}

/// The same numbers at every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
