public import MailCore

/// The text of a part as a person reads it: transfer encoding (RFC 2045 §6) and charset taken off, a window at a time.
public enum TextDecoder {
    /// Octets of a body that are worked on at once.
    private static let window = 65536

    /// At most `limit` octets of UTF-8, cut between characters.
    public static func text(of body: UnsafeRawBufferPointer, as part: MessagePart, limit: ByteCount) -> String {
        var text: [UInt8] = []
        forEachPiece(of: body, as: part) { piece in
            text.append(contentsOf: piece)
            return text.count <= limit.bytes
        }
        if text.count > limit.bytes {
            var end = max(0, limit.bytes)
            while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
            text.removeSubrange(end...)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether the part's text holds the needle. Never more than a window of the text is held; `PartSearch` does the same for a body
    /// that comes in pieces.
    public static func contains(_ needle: Needle, in body: UnsafeRawBufferPointer, as part: MessagePart) -> Bool {
        var search = TextSearch(needle)
        forEachPiece(of: body, as: part) { !search.found(in: $0) }
        return search.foundAtEnd()
    }

    /// Octets in a named charset as text: IMAP SEARCH CHARSET. `nil` when the charset is unknown or the octets are not of it.
    public static func text(_ bytes: some Collection<UInt8>, charset: String) -> String? {
        guard let known = Charset(named: charset) else { return nil }
        var decoder = CharsetDecoder(known)
        var out: [UInt8] = []
        bytes.withOctets { decoder.decode($0, into: &out) }
        decoder.finish(into: &out)
        return decoder.faults == 0 ? String(decoding: out, as: UTF8.self) : nil
    }

    public static func knows(charset: String) -> Bool { Charset(named: charset) != nil }

    /// Octets as text, whatever they are.
    static func repairedText(_ octets: [UInt8], charset: String) -> String {
        var out: [UInt8] = []
        appendRepaired(octets, charset: charset, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    static func appendRepaired(_ octets: [UInt8], charset: String, to out: inout [UInt8]) {
        var decoder = CharsetDecoder(Charset(named: charset) ?? .utf8)
        octets.withUnsafeBytes { decoder.decode($0, into: &out) }
        decoder.finish(into: &out)
    }

    /// Calls `take` with pieces of well-formed UTF-8 that end between characters, until it answers `false`.
    private static func forEachPiece(of body: UnsafeRawBufferPointer, as part: MessagePart, _ take: (UnsafeRawBufferPointer) -> Bool) {
        var text = PartText(part)
        for start in stride(from: 0, to: body.count, by: window) {
            guard text.decode(body.part(start..<start + window), take) else { return }
        }
        _ = text.finish(take)
    }
}
