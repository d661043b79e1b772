/// A part that has begun and not ended.
struct OpenPart: Sendable {
    enum Role {
        /// The message itself.
        case message
        /// A part of a multipart.
        case child
        /// The message in a message/rfc822 part.
        case embedded
    }

    var part: MessagePart
    var role: Role
    /// Line feeds of the whole message before its body.
    var lineFeedsBefore = 0
    /// In a multipart/digest a part without Content-Type is a message. RFC 2046 §5.1.5
    var isInDigest = false
    var isMultipart = false

    /// The body ends before a delimiter at `position`, or with the message there. The line end before a delimiter belongs to the
    /// delimiter (RFC 2046 §5.1.1), unless it is the header's.
    mutating func end(at position: Int, lineEnd: Int, lineFeeds: Int) {
        let start = part.bodyRange.lowerBound
        let end = max(start, position - lineEnd)
        part.bodyRange = start..<end
        part.lines = lineFeeds - lineFeedsBefore - (end < position ? 1 : 0)
        // A multipart without parts is not one: what there is may be read as text. RFC 2045 §5.2
        if isMultipart, part.children.isEmpty { part.contentType = .plainText }
    }
}

/// A multipart's boundary that lines are compared with.
struct Boundary: Sendable {
    /// The multipart's place among the open parts.
    var level: Int
    var octets: [UInt8]
}
