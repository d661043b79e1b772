/// One entity of a message's tree: the message itself, a part of a multipart, or an embedded message. RFC 2045 §2.4
public struct MessagePart: Sendable, Hashable {
    /// Octets of the header block in the whole message, with the empty line that ends it (where there is one).
    public var headerRange: Range<Int>
    /// Octets of the body in the whole message, without the line end that belongs to the next boundary. RFC 2046 §5.1.1
    public var bodyRange: Range<Int>
    /// Line ends in the body.
    public var lines: Int
    /// What the body is taken for: what the header says, corrected where that cannot be true (`multipart` without parts).
    public var contentType = ContentType.plainText
    /// The token of Content-Transfer-Encoding in lower case, `7bit` when there is none.
    public var transferEncoding = "7bit"
    /// RFC 2183
    public var disposition: Disposition?
    /// Tags of Content-Language, in order. RFC 3282
    public var languages: [String] = []
    /// Content-Location without white space. RFC 2557 §4.4
    public var location: [UInt8]?
    /// Content-ID as written, with its angle brackets. RFC 2045 §7
    public var id: [UInt8]?
    /// Content-Description as written, unfolded. RFC 2045 §8
    public var contentDescription: [UInt8]?
    /// Content-MD5 as written. RFC 1864
    public var md5: [UInt8]?
    /// The parts of a multipart; empty for everything else.
    public var children: [MessagePart] = []
    /// IMAP ENVELOPE text of an embedded message; empty for every other part. RFC 3501 §7.4.2
    public var envelope: [UInt8] = []
    var embedded: [MessagePart] = []

    init(headerStart: Int) {
        headerRange = headerStart..<headerStart
        bodyRange = headerStart..<headerStart
        lines = 0
    }

    /// The message inside a message/rfc822 part.
    public var message: MessagePart? { embedded.first }
    public var isMultipart: Bool { !children.isEmpty }
    /// Header and body together: the octets of an embedded message.
    public var range: Range<Int> { headerRange.lowerBound..<bodyRange.upperBound }
}

/// `Content-Disposition: attachment; filename=report.pdf` — RFC 2183 §2
public struct Disposition: Sendable, Hashable {
    /// In lower case.
    public var kind: String
    public var parameters: [Parameter]
}

/// One `name=value` of a Content-Type or Content-Disposition. Continuations (RFC 2231 §3) are joined; a name that ends with `*`
/// has a value of the form `charset'language'percent-encoded` (RFC 2231 §4).
public struct Parameter: Sendable, Hashable {
    /// In lower case.
    public var name: String
    /// Unquoted; raw octets, as the sender wrote them.
    public var value: [UInt8]
}

/// `type "/" subtype *(";" parameter)` — RFC 2045 §5.1
public struct ContentType: Sendable, Hashable {
    /// In lower case.
    public var type: String
    /// In lower case.
    public var subtype: String
    public var parameters: [Parameter]

    /// What a missing or unreadable Content-Type means. RFC 2045 §5.2
    public static let plainText = ContentType(
        type: "text", subtype: "plain", parameters: [Parameter(name: "charset", value: Array("us-ascii".utf8))])
    static let embeddedMessage = ContentType(type: "message", subtype: "rfc822", parameters: [])
    static let opaque = ContentType(type: "application", subtype: "octet-stream", parameters: [])
}

extension MessagePart {
    /// Takes over what the header says. Without `isDetailed` only what the tree needs is kept.
    mutating func take(_ fields: ContentFields, isDetailed: Bool, isInDigest: Bool) {
        if fields.declaresType {
            contentType = fields.contentType ?? .plainText
        } else if isInDigest {
            contentType = .embeddedMessage
        }
        if let encoding = fields.transferEncoding { transferEncoding = encoding }
        guard isDetailed else {
            contentType.parameters.removeAll { $0.name != "boundary" }
            if contentType.type.utf8.count + contentType.subtype.utf8.count > 100 { contentType = .opaque }
            if transferEncoding.utf8.count > 20 { transferEncoding = "binary" }
            return
        }
        disposition = fields.disposition
        languages = fields.languages
        location = fields.location
        id = fields.id
        contentDescription = fields.contentDescription
        md5 = fields.md5
    }
}
