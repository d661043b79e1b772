/// What the index keeps of a message: rendered once, at delivery, and sent as it is ever after.
public struct MessageSummary: Sendable, Hashable {
    /// Octets of the header block with its empty line.
    public var headerLength: Int
    /// The Date field in Unix seconds; `nil` when there is none that can be read.
    public var sentDate: Int64?
    /// Minutes east of Greenwich that the Date field was written in. SEARCH SENTON and its like compare the day as written.
    public var sentZone: Int
    /// IMAP ENVELOPE text with its parentheses. RFC 3501 §7.4.2
    public var envelope: [UInt8]
    /// IMAP BODYSTRUCTURE text with its parentheses, the form with extension data. RFC 3501 §7.4.2
    public var bodyStructure: [UInt8]

    init(headerLength: Int, sentDate: Int64?, sentZone: Int, envelope: [UInt8], bodyStructure: [UInt8]) {
        self.headerLength = headerLength
        self.sentDate = sentDate
        self.sentZone = sentZone
        self.envelope = envelope
        self.bodyStructure = bodyStructure
    }

    /// `nil` when it is not a form that this program knows.
    public init?(encoded: UnsafeRawBufferPointer) {
        guard let form = EncodedSummary(encoded) else { return nil }
        self.init(
            headerLength: form.headerLength, sentDate: form.sent?.unix, sentZone: form.sent?.zone ?? 0, envelope: Array(form.envelope),
            bodyStructure: Array(form.bodyStructure))
    }

    /// The form that is kept, see `EncodedSummary`.
    public var encoded: [UInt8] { EncodedSummary.encode(self) }

    /// Views of a kept form without copying, valid inside the call; `nil` when it is not a form that this program knows.
    public static func withParts<R>(
        ofEncoded raw: UnsafeRawBufferPointer,
        _ body: (
            _ headerLength: Int, _ sentDate: Int64?, _ envelope: UnsafeRawBufferPointer, _ bodyStructure: UnsafeRawBufferPointer
        ) throws -> R
    ) rethrows -> R? {
        guard let form = EncodedSummary(raw) else { return nil }
        return try body(form.headerLength, form.sent?.unix, form.envelope, form.bodyStructure)
    }

    /// The Message-ID of a kept form with its angle brackets; `nil` when there is none. It is the last of an ENVELOPE, where it is looked for.
    public static func messageID(ofEncoded raw: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let envelope = EncodedSummary(raw)?.envelope, envelope.count > 4, envelope[envelope.count - 2] == UInt8(ascii: "\"") else {
            return nil
        }
        let end = envelope.count - 2
        var start = end
        while start > 0, envelope[start - 1] != UInt8(ascii: "\"") { start -= 1 }
        let id = envelope.part(start..<end)
        guard id.first == UInt8(ascii: "<"), id.last == UInt8(ascii: ">") else {
            var reader = EnvelopeReader(envelope)
            return reader.text(of: .messageID)
        }
        return Array(id)
    }

    /// The day that the Date field names, without regard to its time and zone, in days since 1970-01-01. RFC 3501 §6.4.4 SENTON
    public static func sentDay(ofEncoded raw: UnsafeRawBufferPointer) -> Int64? {
        guard let sent = EncodedSummary(raw)?.sent else { return nil }
        return WrittenDate.floor(sent.unix + Int64(sent.zone) * 60, 86400)
    }
}
