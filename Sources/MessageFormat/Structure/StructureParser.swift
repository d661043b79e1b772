import MailCore

/// Works out a message's structure while the message arrives, in pieces of any size; how it is cut makes no difference.
///
/// Octets are looked at once. A header block is gathered and read when it ends. Of a body only line feeds are counted and, while a
/// multipart is open, lines are compared that begin with `--`. RFC 2046 §5.1
///
///     state     meets                                     becomes
///     header    empty line, in a multipart                body, the multipart's boundary is open
///     header    empty line, in a message/rfc822           header of the embedded message
///     header    empty line, in anything else              body
///     either    delimiter of an open boundary             all parts in that multipart end; header of its next part
///     either    closing delimiter of an open boundary     all parts in that multipart end; body (its epilogue)
///     either    the message's end                         all parts end
public struct StructureParser: Sendable {
    private var tree: PartTree
    /// The header block that is being gathered, cut off at the limit.
    private var header: [UInt8] = []
    private var inHeader = true
    /// Octets of earlier pieces.
    private var offset = 0
    /// Where the current line began, in the whole message.
    private var lineStart = 0
    /// Octets of the line end before the current line: it belongs to a delimiter.
    private var lineEndBefore = 0
    /// The current line began in an earlier piece.
    private var isMidLine = false
    /// That beginning, as long as it may be a delimiter's.
    private var beginning = LineBeginning()
    /// The last two octets of earlier pieces.
    private var tail: (UInt8, UInt8) = (0, 0)

    public init(limits: StructureLimits = .init()) { tree = PartTree(limits: limits) }

    /// The message's own header block is beyond `StructureLimits.headerBlock`. Known as soon as it is so.
    public var headerTooLarge: Bool {
        (isInTopHeader ? offset : tree.topHeaderLength) > tree.limits.headerBlock.bytes
    }

    /// Received fields of the message's own header so far; a loop shows in them. RFC 5321 §6.3
    public var receivedCount: Int {
        isInTopHeader ? header.withUnsafeBytes { ContentFields($0).receivedCount } : tree.receivedCount
    }

    private var isInTopHeader: Bool { inHeader && tree.isAtTop }

    /// Takes the next octets of the message.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        var at = 0
        while at < bytes.count {
            if inHeader {
                at = takeHeader(bytes, from: at)
            } else if tree.hasOpenBoundary {
                at = takeBody(bytes, from: at)
            } else {
                // Nothing ends this part but the message's end.
                tree.lineFeeds += bytes.lineFeeds(from: at)
                at = bytes.count
            }
        }
        if bytes.count >= 2 { tail.0 = bytes[bytes.count - 2] } else if bytes.count == 1 { tail.0 = tail.1 }
        if let last = bytes.last { tail.1 = last }
        offset += bytes.count
    }

    /// Ends the message. The parser is used up.
    public mutating func finish() -> MessageStructure {
        if isMidLine, let delimiter = beginning.delimiter(in: tree) { meet(delimiter, nextLine: offset) }
        while inHeader { endHeader(at: offset) }
        return tree.finish(at: offset)
    }

    /// Lines of a header block, up to and with the empty line that ends it, or a delimiter. Returns where it stopped.
    private mutating func takeHeader(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var at = start
        while let feed = bytes.position(of: 10, from: at) {
            if tree.hasOpenBoundary, let delimiter = delimiter(bytes, at: at, feed: feed) {
                gather(bytes, start..<at)
                meet(delimiter, nextLine: offset + feed + 1)
                tree.lineFeeds += 1
                return feed + 1
            }
            let length = offset + feed - (isMidLine ? lineStart : offset + at)
            tree.lineFeeds += 1
            isMidLine = false
            at = feed + 1
            let isEmpty = length == 0 || length == 1 && octet(bytes, before: feed) == 13
            if isEmpty {
                gather(bytes, start..<at)
                endHeader(at: offset + at)
                return at
            }
        }
        holdLine(bytes, from: at)
        gather(bytes, start..<bytes.count)
        return bytes.count
    }

    /// Lines of a body in an open multipart, up to and with a delimiter. Returns where it stopped.
    private mutating func takeBody(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var at = start
        var feeds = 0
        while let feed = at < bytes.count && bytes[at] == 10 ? at : bytes.position(of: 10, from: at) {
            let mayBeDelimiter = isMidLine || feed - at >= 3 && bytes[at] == UInt8(ascii: "-") && bytes[at + 1] == UInt8(ascii: "-")
            if mayBeDelimiter, let delimiter = delimiter(bytes, at: at, feed: feed) {
                tree.lineFeeds += feeds
                meet(delimiter, nextLine: offset + feed + 1)
                tree.lineFeeds += 1
                return feed + 1
            }
            isMidLine = false
            feeds += 1
            at = feed + 1
        }
        tree.lineFeeds += feeds
        holdLine(bytes, from: at)
        return bytes.count
    }

    /// What the line that ends at `feed` delimits, if anything.
    private mutating func delimiter(_ bytes: UnsafeRawBufferPointer, at start: Int, feed: Int) -> Delimiter? {
        if isMidLine {
            beginning.append(bytes.part(start..<feed))
            return beginning.delimiter(in: tree)
        }
        lineStart = offset + start
        guard feed - start <= LineBeginning.limit, let delimiter = tree.delimiter(bytes.part(start..<feed)) else { return nil }
        lineEndBefore = lineEnd(bytes, before: start)
        return delimiter
    }

    /// Keeps what is needed of a line that the next piece goes on with.
    private mutating func holdLine(_ bytes: UnsafeRawBufferPointer, from start: Int) {
        if !isMidLine {
            guard start < bytes.count else { return }
            isMidLine = true
            lineStart = offset + start
            lineEndBefore = lineEnd(bytes, before: start)
            beginning = LineBeginning()
        }
        if tree.hasOpenBoundary { beginning.append(bytes.part(start..<bytes.count)) }
    }

    /// Octets of the line end before the line that begins at `start`.
    private func lineEnd(_ bytes: UnsafeRawBufferPointer, before start: Int) -> Int {
        guard offset + start > 0 else { return 0 }
        return octet(bytes, before: start - 1) == 13 ? 2 : 1
    }

    /// The octet before `position`, which may lie in an earlier piece; 0 before the message.
    private func octet(_ bytes: UnsafeRawBufferPointer, before position: Int) -> UInt8 {
        if position > 0 { return bytes[position - 1] }
        return position == 0 ? tail.1 : tail.0
    }

    private mutating func gather(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        let room = max(0, tree.limits.headerBlock.bytes - header.count)
        header.append(contentsOf: bytes.part(range.lowerBound..<range.lowerBound + min(range.count, room)))
    }

    /// The header block ends at `end`, where the body begins.
    private mutating func endHeader(at end: Int) {
        inHeader = tree.endHeader(&header, at: end)
        header.removeAll(keepingCapacity: true)
    }

    /// A delimiter line begins at `lineStart`; after it `nextLine`.
    private mutating func meet(_ delimiter: Delimiter, nextLine: Int) {
        if inHeader {
            // What is gathered of the delimiter itself goes.
            header.removeLast(max(0, header.count - (lineStart - tree.headerStart)))
        }
        while inHeader { endHeader(at: lineStart) }
        tree.endParts(below: delimiter.level, at: lineStart, lineEnd: lineEndBefore)
        if delimiter.isClosing {
            tree.closeBoundary(of: delimiter.level)
        } else {
            inHeader = tree.beginPart(at: nextLine)
        }
        isMidLine = false
    }
}
