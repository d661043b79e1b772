import MailCore

/// The fields of a header block, read in place: valid as long as the bytes are. Lines that are no field are passed over;
/// the empty line ends the block, also where more octets follow. RFC 5322 §2.2
public struct HeaderFields: Sequence {
    public let block: UnsafeRawBufferPointer

    public init(_ block: UnsafeRawBufferPointer) { self.block = block }

    /// Where a field stands in the block.
    public struct Place: Sendable, Hashable {
        /// The whole field, with the line end.
        public var whole: Range<Int>
        /// Without white space before the colon. RFC 5322 §4.5
        public var name: Range<Int>
        /// What follows the colon, folded as it is, without the last line end.
        public var value: Range<Int>
    }

    public struct Iterator: IteratorProtocol {
        let block: UnsafeRawBufferPointer
        var position = 0

        public mutating func next() -> Place? {
            while position < block.count {
                let start = position
                guard !isEmptyLine(at: start) else { return nil }
                let end = fieldEnd(from: start)
                position = end
                if let place = place(start..<end) { return place }
            }
            return nil
        }

        @inline(__always)
        private func isEmptyLine(at start: Int) -> Bool {
            block[start] == 10 || block[start] == 13 && start + 1 < block.count && block[start + 1] == 10
        }

        /// One past the line end after which no folded line follows. RFC 5322 §2.2.3
        @inline(__always)
        private func fieldEnd(from start: Int) -> Int {
            var end = start
            repeat {
                guard let feed = block.position(of: 10, from: end) else { return block.count }
                end = feed + 1
            } while end < block.count && block[end].isBlank
            return end
        }

        /// `nil` when the lines are no field: no colon, or something before it that is no name.
        @inline(__always)
        private func place(_ whole: Range<Int>) -> Place? {
            var colon = whole.lowerBound
            while colon < whole.upperBound, block[colon] > 32, block[colon] < 127, block[colon] != UInt8(ascii: ":") { colon += 1 }
            let nameEnd = colon
            guard nameEnd > whole.lowerBound else { return nil }
            while colon < whole.upperBound, block[colon].isBlank { colon += 1 }
            guard colon < whole.upperBound, block[colon] == UInt8(ascii: ":") else { return nil }
            var end = whole.upperBound
            if end > colon + 1, block[end - 1] == 10 { end -= 1 }
            if end > colon + 1, block[end - 1] == 13 { end -= 1 }
            return Place(whole: whole, name: whole.lowerBound..<nameEnd, value: colon + 1..<end)
        }
    }

    public func makeIterator() -> Iterator { Iterator(block: block) }

    /// The field with copies of its parts.
    public func field(at place: Place) -> HeaderField {
        HeaderField(name: String(decoding: block.part(place.name), as: UTF8.self), value: unfolded(place))
    }

    /// The value without folding and without white space around it. RFC 5322 §2.2.3
    public func unfolded(_ place: Place) -> [UInt8] {
        var value: [UInt8] = []
        block.part(place.value).unfold(into: &value)
        return value
    }

    /// The first field of that name, compared without case.
    public func first(named name: String) -> Place? {
        first { block.part($0.name).equalsIgnoringCase(name.utf8) }
    }

    /// The fields of these names as they stand in the block, and an empty line: BODY[HEADER.FIELDS (…)]. RFC 3501 §6.4.5
    public func selecting(_ names: [[UInt8]]) -> [UInt8] {
        var out: [UInt8] = []
        for place in self where isOne(of: names, place) { out.append(contentsOf: block.part(place.whole)) }
        return HeaderFields.closed(out)
    }

    /// The block without the fields of these names: BODY[HEADER.FIELDS.NOT (…)]. RFC 3501 §6.4.5
    public func excluding(_ names: [[UInt8]]) -> [UInt8] {
        var out: [UInt8] = []
        var kept = 0
        var iterator = makeIterator()
        while let place = iterator.next() {
            guard isOne(of: names, place) else { continue }
            out.append(contentsOf: block.part(kept..<place.whole.lowerBound))
            kept = place.whole.upperBound
        }
        out.append(contentsOf: block.part(kept..<iterator.position))
        return HeaderFields.closed(out)
    }

    private func isOne(of names: [[UInt8]], _ place: Place) -> Bool {
        let name = block.part(place.name)
        return names.contains { $0.count == name.count && name.equalsIgnoringCase($0) }
    }

    /// With the last line ended and the empty line after it.
    private static func closed(_ fields: [UInt8]) -> [UInt8] {
        var out = fields
        if let last = out.last, last != 10 { out.append(contentsOf: [13, 10]) }
        out.append(contentsOf: [13, 10])
        return out
    }
}

/// One field of a header.
public struct HeaderField: Sendable, Hashable {
    /// As written.
    public var name: String
    /// Unfolded, without white space around it; raw octets.
    public var value: [UInt8]
}

extension UnsafeRawBufferPointer {
    /// Appends a field's value without its folding (the line ends go, the white space after them stays) and without white
    /// space around it. RFC 5322 §2.2.3
    func unfold(into out: inout [UInt8]) {
        let text = trimmed()
        var start = 0
        while let feed = text.position(of: 10, from: start) {
            let end = feed > start && text[feed - 1] == 13 ? feed - 1 : feed
            out.append(contentsOf: text.part(start..<end))
            start = feed + 1
        }
        out.append(contentsOf: text.part(start..<text.count))
    }
}
