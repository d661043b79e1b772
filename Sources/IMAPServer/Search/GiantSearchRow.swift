import IMAPWire
import MailCore
import MailStore
import MessageFormat
import NIOCore

/// A message that is too large to be tested in one step: what is known of it, to be tested again when its text has been walked.
struct GiantSearchRow: Sendable {
    let number: Int
    let flags: Flags
    let isRecent: Bool
    let internalDate: Int64
    let summary: [UInt8]
    let message: StoredMessage
    let headerLength: Int

    init(_ row: SearchRow, message: StoredMessage, headerLength: Int) {
        number = row.number
        flags = row.flags
        isRecent = row.isRecent
        internalDate = row.internalDate
        summary = Array(row.summary)
        self.message = message
        self.headerLength = headerLength
    }

    /// The whole search, with all that has been found out.
    func evaluate(_ search: Search, header: [UInt8], texts: [Bool]) -> Bool {
        summary.withUnsafeBytes { summary in
            header.withUnsafeBytes { header in
                var row = SearchRow(number: number, flags: flags, isRecent: isRecent)
                row.internalDate = internalDate
                row.size = message.size
                row.summary = summary
                row.header = header
                row.texts = texts
                return search.program.evaluate(row.value) ?? false
            }
        }
    }
}

extension IMAPSession {
    /// Walks a giant's text once for all that is looked for, a bounded piece at a time.
    func test(_ giant: GiantSearchRow, _ search: Search) async throws -> Bool {
        let tests = search.texts
        let message = giant.message
        let header = try await services.store.read { try Array($0.bytes(of: message, 0..<giant.headerLength).readableBytesView) }
        var texts = tests.map { $0.holds(inHeader: header, isOfMessageItself: true) }
        for piece in GiantText(of: try await structure(of: message).root).pieces {
            switch piece {
            case .header(let range, let isEmbedded):
                let header = try await services.store.read { try Array($0.bytes(of: message, range).readableBytesView) }
                texts = zip(texts, tests).map { $0 || $1.holds(inHeader: header, isOfMessageItself: !isEmbedded) }
            case .body(let part):
                var start: Int? = part.bodyRange.lowerBound
                while let begin = start, texts.contains(false) {
                    let before = texts
                    let range = begin..<min(begin + GiantText.window, part.bodyRange.upperBound)
                    let isLast = range.upperBound == part.bodyRange.upperBound
                    (texts, start) = try await services.store.read { snapshot in
                        try snapshot.withBytes(of: message, range) { octets in
                            let found = zip(before, tests).map { $0 || $1.holds(in: octets, as: part) }
                            return (
                                found, isLast ? nil : begin + GiantText.nextStart(in: octets, isBase64: part.transferEncoding == "base64")
                            )
                        }
                    }
                }
            }
        }
        return giant.evaluate(search, header: header, texts: texts)
    }
}

extension SearchTest {
    /// A header in a message: TEXT wants them all, BODY those of messages inside the message.
    fileprivate func holds(inHeader header: [UInt8], isOfMessageItself: Bool) -> Bool {
        header.withUnsafeBytes { header in
            switch self {
            case .text(let needle, _): needle.occurs(inTextOf: header)
            case .body(let needle, _): !isOfMessageItself && needle.occurs(inTextOf: header)
            default: false
            }
        }
    }

    fileprivate func holds(in octets: UnsafeRawBufferPointer, as part: MessagePart) -> Bool {
        switch self {
        case .text(let needle, _), .body(let needle, _): TextDecoder.contains(needle, in: octets, as: part)
        default: false
        }
    }
}

/// What of a large message is searched: headers, and the bodies of text parts.
private struct GiantText {
    enum Piece {
        /// Octets of a header block; whether it is that of an embedded message.
        case header(Range<Int>, isEmbedded: Bool)
        case body(MessagePart)
    }

    private(set) var pieces: [Piece] = []

    init(of root: MessagePart) {
        var parts = [(part: root, isEmbedded: false, isRoot: true)]
        while let (part, isEmbedded, isRoot) = parts.popLast() {
            if !isRoot { pieces.append(.header(part.headerRange, isEmbedded: isEmbedded)) }
            if part.contentType.type == "text" { pieces.append(.body(part)) }
            if let message = part.message { parts.append((message, true, false)) }
            parts += part.children.reversed().map { ($0, false, false) }
        }
    }

    /// Octets of a body that are searched at a time.
    static let window = 512 << 10
    /// How much two windows have in common, so that what lies across their border is found too.
    private static let overlap = 64 << 10

    /// Where the next window begins, counted from this one's beginning: between two lines, or in base 64 between two groups of
    /// four digits, so that it can be decoded by itself.
    static func nextStart(in octets: UnsafeRawBufferPointer, isBase64: Bool) -> Int {
        let latest = max(1, octets.count - overlap)
        if isBase64 {
            var start = 0
            var digits = 0
            for index in 0..<min(latest, octets.count) {
                if Base64.digit(octets[index]) != nil { digits += 1 }
                if digits % 4 == 0 { start = index + 1 }
            }
            return start > 0 ? start : latest
        }
        let feed = octets[..<min(latest, octets.count)].lastIndex(of: 10)
        return feed.map { $0 + 1 } ?? latest
    }
}
