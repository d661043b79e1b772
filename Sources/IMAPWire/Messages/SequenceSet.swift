public import MailCore

/// A set of message numbers or UIDs as the peer writes it: `1:4,7,12:*`. RFC 3501 §9 `sequence-set`
public struct SequenceSet: Hashable, Sendable {
    /// 0 stands for `*`, which no number can be.
    private var spans: [Span]

    private struct Span: Hashable {
        var from: UInt32
        var to: UInt32
    }

    /// Everything there is: `1:*`.
    public static let everything = SequenceSet(spans: [Span(from: 1, to: 0)])

    private init(spans: [Span]) { self.spans = spans }

    public init(parsing line: inout Scanner) throws(SyntaxError) {
        spans = []
        repeat {
            let from = try line.sequenceNumber()
            spans.append(Span(from: from, to: line.take(UInt8(ascii: ":")) ? try line.sequenceNumber() : from))
        } while line.take(UInt8(ascii: ","))
    }

    /// The numbers that are meant, ascending and without overlap, with `last` put for `*`; none are meant by `*` when `last` is 0.
    /// The order of a range's ends does not matter: `7:*` with 5 as the last one is 5…7.
    public func resolved(last: UInt32) -> [ClosedRange<UInt32>] {
        var ranges: [ClosedRange<UInt32>] = []
        ranges.reserveCapacity(spans.count)
        for span in spans {
            let from = span.from == 0 ? last : span.from
            let to = span.to == 0 ? last : span.to
            if from == 0 || to == 0 { continue }
            ranges.append(min(from, to)...max(from, to))
        }
        return ranges.merged()
    }

    /// Whether a number beyond `last` is named, or `*` where there is nothing.
    public func reaches(beyond last: UInt32) -> Bool {
        spans.contains { $0.from > last || $0.to > last || (last == 0 && ($0.from == 0 || $0.to == 0)) }
    }
}

extension [ClosedRange<UInt32>] {
    /// Ascending, neighbours and overlaps joined.
    public func merged() -> [ClosedRange<UInt32>] {
        var joined: [ClosedRange<UInt32>] = []
        for range in sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound || range.lowerBound - 1 == last.upperBound {
                joined[joined.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return joined
    }

    /// How a set of UIDs is written in an answer: `1:4,7`. The ranges stand in the given order.
    public var sequenceText: String {
        map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }.joined(separator: ",")
    }
}

extension [UInt32] {
    /// Runs of consecutive numbers, in the array's order: what COPYUID wants, since its two sets correspond place by place. RFC 4315 §3
    public var runs: [ClosedRange<UInt32>] {
        var runs: [ClosedRange<UInt32>] = []
        for number in self {
            if let last = runs.last, last.upperBound < .max, number == last.upperBound + 1 {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        return runs
    }
}

extension Scanner {
    /// RFC 3501 §9 `seq-number`; 0 for `*`.
    fileprivate mutating func sequenceNumber() throws(SyntaxError) -> UInt32 {
        take(UInt8(ascii: "*")) ? 0 : try nonZeroNumber()
    }

    /// RFC 3501 §9 `nz-number`: 1…4,294,967,295, no leading zero.
    public mutating func nonZeroNumber() throws(SyntaxError) -> UInt32 {
        guard peek != UInt8(ascii: "0") else { throw error(wanted: "a number above 0") }
        return UInt32(try number(limit: UInt64(UInt32.max)))
    }

    /// RFC 3501 §9 `number`: 0…4,294,967,295.
    public mutating func number32() throws(SyntaxError) -> UInt32 { UInt32(try number(limit: UInt64(UInt32.max))) }
}
