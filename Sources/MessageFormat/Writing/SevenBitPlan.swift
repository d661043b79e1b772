/// How a message becomes one without octets beyond ASCII, for a server that takes no others. RFC 6152 §3
///
/// Parts that have such octets are encoded: text as quoted-printable, all else as base64; messages within the message are gone
/// through; what was called `8bit` around them is `7bit` then (RFC 2045 §6.4). What is signed as it is stays as it is (RFC 1847 §2.1), and
/// so do headers: octets beyond ASCII in either, or in what stands between parts, cannot be helped, and there is no plan.
public struct SevenBitPlan: Sendable {
    public enum Encoding: String, Sendable {
        case sevenBit = "7bit"
        case quotedPrintable = "quoted-printable"
        case base64

        var encoder: TransferEncoder {
            switch self {
            case .sevenBit: .identity
            case .quotedPrintable: .quotedPrintable(QuotedPrintableEncoder())
            case .base64: .base64(Base64LineEncoder())
            }
        }
    }

    /// What is done with the message's octets, in their order. Ranges are those of the message as it is.
    public enum Step: Sendable, Hashable {
        case copy(Range<Int>)
        /// A header block that says another encoding now.
        case header(Range<Int>, Encoding, ofMessage: Bool)
        case body(Range<Int>, Encoding)

        var range: Range<Int> {
            switch self {
            case .copy(let range), .header(let range, _, _), .body(let range, _): range
            }
        }

        /// Puts the encoding on that the step is about.
        public var encoder: TransferEncoder {
            if case .body(_, let encoding) = self { encoding.encoder } else { .identity }
        }
    }

    /// What the message's own header says now; `nil`: what it said.
    public let encoding: Encoding?
    /// What follows the message's own header.
    public let steps: [Step]

    /// `nil` when the message cannot be converted without harm.
    public init?(_ root: MessagePart, _ survey: EightBitSurvey) {
        var edits: [Step] = []
        var encoding: Encoding?
        var waiting = [Waiting(part: root, isMessage: true, isFrozen: false)]
        while let next = waiting.popLast() {
            let part = next.part
            let isFrozen = next.isFrozen || Self.isSigned(part.contentType)
            if let message = part.message { waiting.append(Waiting(part: message, isMessage: true, isFrozen: isFrozen)) }
            waiting += part.children.map { Waiting(part: $0, isMessage: false, isFrozen: isFrozen) }
            guard !isFrozen, let wanted = Self.encoding(of: part, survey) else { continue }
            if part.headerRange.lowerBound == root.headerRange.lowerBound, next.isMessage {
                encoding = wanted
            } else {
                edits.append(.header(part.headerRange, wanted, ofMessage: next.isMessage))
            }
            if wanted != .sevenBit { edits.append(.body(part.bodyRange, wanted)) }
        }
        edits.sort { $0.range.lowerBound < $1.range.lowerBound }
        guard let steps = Self.filled(edits, root.bodyRange), steps.allSatisfy({ survey.isASCII($0) }) else { return nil }
        self.steps = steps
        self.encoding = encoding
    }

    private struct Waiting {
        var part: MessagePart
        var isMessage: Bool
        var isFrozen: Bool
    }

    private static func isSigned(_ type: ContentType) -> Bool {
        type.type == "multipart" && (type.subtype == "signed" || type.subtype == "encrypted")
    }

    /// What the part's header is to say; `nil`: what it says.
    private static func encoding(of part: MessagePart, _ survey: EightBitSurvey) -> Encoding? {
        let isLeaf = part.children.isEmpty && part.message == nil
        if isLeaf, !survey.isASCII(part.bodyRange) {
            guard ["7bit", "8bit", "binary"].contains(part.transferEncoding) else { return nil }
            return part.contentType.type == "text" ? .quotedPrintable : .base64
        }
        return part.transferEncoding == "8bit" || part.transferEncoding == "binary" ? .sevenBit : nil
    }

    /// With what lies between; `nil` when two edits are of one place.
    private static func filled(_ edits: [Step], _ whole: Range<Int>) -> [Step]? {
        var steps: [Step] = []
        var at = whole.lowerBound
        for edit in edits {
            guard edit.range.lowerBound >= at, edit.range.upperBound <= whole.upperBound else { return nil }
            if edit.range.lowerBound > at { steps.append(.copy(at..<edit.range.lowerBound)) }
            steps.append(edit)
            at = edit.range.upperBound
        }
        if at < whole.upperBound { steps.append(.copy(at..<whole.upperBound)) }
        return steps
    }

    /// The header block with the encoding that it has now; `nil` when a part of its type can have no other, or its type is not known.
    /// Where nothing said what the text is, nobody knows its charset. RFC 2045 §6.4, RFC 1428 §3
    public static func header(_ block: UnsafeRawBufferPointer, _ encoding: Encoding, ofMessage isMessage: Bool) -> [UInt8]? {
        let fields = HeaderFields(block)
        let declared = fields.first(named: "content-type")
        if encoding != .sevenBit {
            let type = declared.flatMap { ContentType(parsing: block.part($0.value)) }
            if type?.type == "multipart" || type?.type == "message" { return nil }
            if type == nil, encoding == .base64 { return nil }
        }
        var out: [UInt8] = []
        out.reserveCapacity(block.count + 120)
        var kept = 0
        for place in fields where block.part(place.name).isText("content-transfer-encoding") {
            out.append(contentsOf: block.part(kept..<place.whole.lowerBound))
            kept = place.whole.upperBound
        }
        // The empty line stays the last.
        guard block.last == 10 else { return nil }
        let end = block.count >= 2 && block[block.count - 2] == 13 ? block.count - 2 : block.count - 1
        guard kept <= end else { return nil }
        out.append(contentsOf: block.part(kept..<end))
        if isMessage, fields.first(named: "mime-version") == nil { out += Array("MIME-Version: 1.0\r\n".utf8) }
        if isMessage, declared == nil, encoding != .sevenBit { out += Array("Content-Type: text/plain; charset=unknown-8bit\r\n".utf8) }
        out += Array("Content-Transfer-Encoding: \(encoding.rawValue)\r\n".utf8)
        out.append(contentsOf: block.part(end..<block.count))
        return out
    }
}

/// Where a message has octets beyond ASCII: of each header and body, and of what lies between. It is fed the whole message, once.
public struct EightBitSurvey: Sendable {
    /// Places where something begins or ends, ascending; between each two lies what is all ASCII or not.
    private let places: [Int]
    private var hasMore: [Bool]
    private var current = 0
    private var offset = 0

    public init(_ root: MessagePart) {
        var found: Set<Int> = [0, root.bodyRange.upperBound]
        var waiting = [root]
        while let part = waiting.popLast() {
            found.formUnion([
                part.headerRange.lowerBound, part.headerRange.upperBound, part.bodyRange.lowerBound, part.bodyRange.upperBound,
            ])
            waiting += part.children
            if let message = part.message { waiting.append(message) }
        }
        places = found.sorted()
        hasMore = Array(repeating: false, count: places.count)
    }

    public mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        var at = 0
        while at < bytes.count {
            while current + 1 < places.count, places[current + 1] <= offset + at { current += 1 }
            let end = current + 1 < places.count ? min(bytes.count, places[current + 1] - offset) : bytes.count
            if !hasMore[current] {
                let part = bytes.part(at..<end)
                if part.endOfASCII(from: 0) < part.count { hasMore[current] = true }
            }
            at = end
        }
        offset += bytes.count
    }

    /// The range begins and ends where something does.
    func isASCII(_ range: Range<Int>) -> Bool {
        var place = places.partitioningIndex { $0 >= range.lowerBound }
        while place < places.count, places[place] < range.upperBound {
            if hasMore[place] { return false }
            place += 1
        }
        return true
    }

    /// What goes out of the step is ASCII.
    func isASCII(_ step: SevenBitPlan.Step) -> Bool {
        if case .body = step { true } else { isASCII(step.range) }
    }
}

extension [Int] {
    /// The first place whose number is of the kind, when all of that kind stand behind all others.
    fileprivate func partitioningIndex(_ isLater: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isLater(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
