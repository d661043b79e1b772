import IMAPWire
import MailStore
import MessageFormat

/// One message under test, with as much of it at hand as was needed so far.
struct SearchRow {
    let number: Int
    let flags: Flags
    let isRecent: Bool
    var internalDate: Int64 = 0
    var size = 0
    /// An encoded summary; empty when none was read.
    var summary = UnsafeRawBufferPointer(start: nil, count: 0)
    var header: UnsafeRawBufferPointer?
    var message: UnsafeRawBufferPointer?
    /// Whether the message holds the texts that are looked for, by their numbers, when that was found out in another way.
    var texts: [Bool]?

    init(number: Int, flags: Flags, isRecent: Bool) {
        self.number = number
        self.flags = flags
        self.isRecent = isRecent
    }

    /// `nil` when it takes more than is at hand to tell.
    func value(of test: SearchTest) -> Bool? {
        switch test {
        case .constant(let value): value
        case .numbers(let ranges): ranges.hold(number)
        case .has(let flag): flags.contains(flag)
        case .lacks(let flag): flags.isDisjoint(with: flag)
        case .recent(let wanted): isRecent == wanted
        case .internalDate(let test): test.holds(for: CalendarDay(containing: internalDate))
        case .sentDate(let test):
            MessageSummary.sentDay(ofEncoded: summary).map { test.holds(for: CalendarDay(number: Int($0))) } ?? false
        case .larger(let limit): size > limit
        case .smaller(let limit): size < limit
        case .envelope(let member, let needle):
            MessageSummary.withParts(ofEncoded: summary) { _, _, envelope, _ in needle.occurs(in: member, of: envelope) }
        case .header(let name, let needle): header.map { needle.occurs(inField: name, of: $0) }
        case .body(let needle, let index): texts?[index] ?? message.map { needle.occurs(inBodyOf: $0) }
        case .text(let needle, let index): texts?[index] ?? message.map { needle.occurs(inTextOf: $0) }
        }
    }
}

extension SearchTest {
    /// Whether a row's flags and number are enough.
    var isAboutFlags: Bool {
        switch self {
        case .constant, .numbers, .has, .lacks, .recent: true
        default: false
        }
    }
}

extension [ClosedRange<Int>] {
    /// Whether one of the ranges, which are ascending, holds the number.
    fileprivate func hold(_ number: Int) -> Bool {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].lowerBound <= number
    }
}
