import MailCore

/// The tree under construction: the parts that have begun and not ended, the message first, each inside the one before it.
struct PartTree: Sendable {
    let limits: StructureLimits
    /// Of the message so far, kept by the reader of lines.
    var lineFeeds = 0
    /// Of the message's own header.
    private(set) var receivedCount = 0
    private var open: [OpenPart]
    private var boundaries: [Boundary] = []
    private var topHeader: [UInt8] = []
    private var parts = 1
    private var addressesLeft: Int
    private var detailsLeft: Int

    init(limits: StructureLimits) {
        self.limits = limits
        addressesLeft = limits.addresses
        detailsLeft = limits.details.bytes
        open = [OpenPart(part: MessagePart(headerStart: 0), role: .message)]
    }

    var hasOpenBoundary: Bool { !boundaries.isEmpty }
    /// Nothing but the message itself has begun.
    var isAtTop: Bool { open.count == 1 }
    /// Where the header block of the innermost part began.
    var headerStart: Int { open[open.count - 1].part.headerRange.lowerBound }

    /// Octets of the message's own header block, once that has ended.
    var topHeaderLength: Int { open[0].part.headerRange.count }

    /// What a line (without its line feed) delimits: `--boundary`, or `--boundary--` with blanks after it. RFC 2046 §5.1.1
    ///
    /// The innermost open boundary counts. A line that only begins with a boundary does not: boundaries of embedded messages that we
    /// do not see into are often longer brothers of ours.
    func delimiter(_ line: UnsafeRawBufferPointer) -> Delimiter? {
        guard line.count > 2, line[0] == UInt8(ascii: "-"), line[1] == UInt8(ascii: "-") else { return nil }
        var end = line.count
        while end > 2, line[end - 1].isFoldingSpace { end -= 1 }
        let text = line.part(2..<end)
        for boundary in boundaries.reversed() {
            let length = boundary.octets.count
            guard text.count == length || text.count == length + 2, text.part(0..<length).elementsEqual(boundary.octets) else { continue }
            if text.count == length { return Delimiter(level: boundary.level, isClosing: false) }
            if text[length] == UInt8(ascii: "-"), text[length + 1] == UInt8(ascii: "-") {
                return Delimiter(level: boundary.level, isClosing: true)
            }
        }
        return nil
    }

    /// Begins the next part of the innermost multipart. Returns whether its header follows: not when the part before it, which this
    /// delimiter ended, was the last that is allowed.
    mutating func beginPart(at start: Int) -> Bool {
        guard parts < limits.parts else { return false }
        begin(MessagePart(headerStart: start), .child)
        return true
    }

    private mutating func begin(_ part: MessagePart, _ role: OpenPart.Role) {
        let isInDigest = role == .child && open[open.count - 1].part.contentType.subtype == "digest"
        open.append(OpenPart(part: part, role: role, isInDigest: isInDigest))
        parts += 1
        // The last part that is allowed takes in all that follows.
        if parts >= limits.parts { boundaries.removeAll() }
    }

    /// Reads the innermost part's header block, which ends at `end`. Returns whether another header block follows: that of an
    /// embedded message.
    mutating func endHeader(_ header: inout [UInt8], at end: Int) -> Bool {
        let level = open.count - 1
        let start = headerStart
        open[level].part.headerRange = start..<end
        open[level].part.bodyRange = end..<end
        open[level].lineFeedsBefore = lineFeeds
        header.withUnsafeBytes { describe(level, $0) }
        switch open[level].role {
        case .message: swap(&topHeader, &header)
        case .embedded: open[level].part.envelope = header.withUnsafeBytes { envelope($0) }
        case .child: break
        }
        if level > 0, end - start > limits.headerBlock.bytes { open[level].part.contentType = .opaque }
        return beginContent(level, at: end)
    }

    private mutating func describe(_ level: Int, _ header: UnsafeRawBufferPointer) {
        let fields = ContentFields(header)
        if level == 0 { receivedCount = fields.receivedCount }
        let isDetailed = fields.weight <= detailsLeft
        if isDetailed { detailsLeft -= fields.weight }
        open[level].part.take(fields, isDetailed: isDetailed, isInDigest: open[level].isInDigest)
    }

    private mutating func envelope(_ header: UnsafeRawBufferPointer) -> [UInt8] {
        let text = EnvelopeText.render(header, addressesLeft: &addressesLeft).text
        guard text.count <= detailsLeft else { return EnvelopeText.empty }
        detailsLeft -= text.count
        return text
    }

    /// Looks into a container, when the limits allow.
    private mutating func beginContent(_ level: Int, at start: Int) -> Bool {
        let part = open[level].part
        let isMultipart = part.contentType.type == "multipart"
        let isMessage = part.contentType.type == "message" && part.contentType.subtype == "rfc822"
        guard isMultipart || isMessage else { return false }
        // RFC 2046 §5.2.1: what is encoded cannot be seen into.
        let isPlain = ["7bit", "8bit", "binary"].contains(part.transferEncoding)
        guard open.count <= limits.depth, parts < limits.parts, isMultipart || isPlain else {
            open[level].part.contentType = .opaque
            return false
        }
        if isMessage {
            begin(MessagePart(headerStart: start), .embedded)
            return true
        }
        open[level].isMultipart = true
        if let boundary = part.contentType.boundary { boundaries.append(Boundary(level: level, octets: boundary)) }
        return false
    }

    /// Ends the parts inside the multipart at `level` before a delimiter of it that begins at `position`; the line end before
    /// that belongs to the delimiter.
    mutating func endParts(below level: Int, at position: Int, lineEnd: Int) {
        while open.count - 1 > level { endPart(at: position, lineEnd: lineEnd) }
        while let last = boundaries.last, last.level > level { boundaries.removeLast() }
    }

    /// Closes the multipart: what follows in it is its epilogue.
    mutating func closeBoundary(of level: Int) {
        if boundaries.last?.level == level { boundaries.removeLast() }
    }

    private mutating func endPart(at position: Int, lineEnd: Int) {
        var ended = open.removeLast()
        ended.end(at: position, lineEnd: lineEnd, lineFeeds: lineFeeds)
        switch ended.role {
        case .message: break
        case .child: open[open.count - 1].part.children.append(ended.part)
        case .embedded: open[open.count - 1].part.embedded = [ended.part]
        }
    }

    /// Ends everything at the message's end.
    mutating func finish(at end: Int) -> MessageStructure {
        while open.count > 1 { endPart(at: end, lineEnd: 0) }
        open[0].end(at: end, lineEnd: 0, lineFeeds: lineFeeds)
        return MessageStructure(root: open[0].part, header: topHeader, limits: limits)
    }
}
