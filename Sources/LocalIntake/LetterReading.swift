import Host
import MailCore
import MessageFormat
import NIOCore
import SMTPWire

/// Turns a dropped letter into the octets that are stored: our trace, a complete header, CRLF at each line's end. RFC 6409 §8
struct LetterReading {
    let letter: DropFolder.Letter
    let envelope: DropEnvelope
    /// Octets of the envelope in the file.
    let start: Int

    /// Why a letter is not taken as it is.
    enum Refusal: Error {
        /// Its envelope is none.
        case foul(String)
        /// The disk does not give it.
        case unreadable
    }

    /// Octets that are read at once.
    static let piece = 256 << 10

    /// Reads the envelope.
    init(_ letter: DropFolder.Letter) throws(Refusal) {
        guard var octets = letter.bytes(from: 0, count: min(letter.size, 16384)) else { throw .unreadable }
        if letter.size > octets.count, !octets.contains([10, 10]) {
            guard let more = letter.bytes(from: 0, count: min(letter.size, DropEnvelope.largest)) else { throw .unreadable }
            octets = more
        }
        do throws(SyntaxError) {
            (envelope, start) = try DropEnvelope.read(octets)
        } catch {
            throw .foul(error.description)
        }
        self.letter = letter
    }

    /// Octets of the message as the program wrote it.
    var size: Int { max(0, letter.size - start) }

    /// The message's beginning, for a report.
    func head(_ count: Int) -> [UInt8] { letter.bytes(from: start, count: min(size, count)) ?? [] }

    /// The whole message in pieces; answers whether octets beyond ASCII are in it. `trace`: what goes before it. `from`: the From of a message that has none.
    func pieces(
        trace: [UInt8], from: [UInt8], completing header: SubmittedHeader, _ take: (ByteBuffer) async throws -> Void
    ) async throws -> Bool {
        var decoder = MessageDecoder(.octets, bareNewlines: .madeCRLF)
        var completion = header
        var is8Bit = false
        var out = ByteBuffer(bytes: trace + (hasFrom ? [] : from))
        var place = start
        while place < letter.size {
            guard let octets = letter.bytes(from: place, count: min(Self.piece, letter.size - place)), !octets.isEmpty else {
                throw Refusal.unreadable
            }
            place += octets.count
            is8Bit = is8Bit || octets.contains { $0 >= 0x80 }
            octets.withUnsafeBytes { raw in
                _ = decoder.decode(raw) { span in completion.feed(span) { out.writeBytes($0) } }
            }
            try await take(out)
            out = ByteBuffer()
        }
        decoder.finish { span in completion.feed(span) { out.writeBytes($0) } }
        completion.finish { out.writeBytes($0) }
        try await take(out)
        return is8Bit
    }

    private var hasFrom: Bool {
        head(Self.piece).withUnsafeBytes { HeaderFields($0).first(named: "From") != nil }
    }
}

extension [UInt8] {
    fileprivate func contains(_ pair: [UInt8]) -> Bool { firstRange(of: pair) != nil }
}
