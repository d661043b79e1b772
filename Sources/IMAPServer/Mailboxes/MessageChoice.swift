import IMAPWire
import MailStore

/// The messages that a command means, as ranges of message numbers in the view, ascending.
struct MessageChoice: Sendable {
    var numbers: [ClosedRange<Int>]

    var count: Int { numbers.reduce(0) { $0 + $1.count } }
    var isEmpty: Bool { numbers.isEmpty }
}

extension MessageChoice {
    /// Ranges that ascend and may touch: UIDs between which there is nothing are neighbours.
    init(joining ranges: [ClosedRange<Int>]) {
        numbers = []
        for range in ranges {
            if let last = numbers.last, last.upperBound + 1 == range.lowerBound {
                numbers[numbers.count - 1] = last.lowerBound...range.upperBound
            } else {
                numbers.append(range)
            }
        }
    }
}

extension MailboxView {
    /// RFC 3501 §6.4.8: UIDs that are not there are no error, message numbers are (§7: "a tagged BAD response").
    func choose(_ set: SequenceSet, byUID: Bool) throws(IMAPRefusal) -> MessageChoice {
        if !byUID, set.reaches(beyond: UInt32(numbers.count)) { throw .beyondMailbox }
        return chosen(set, byUID: byUID)
    }

    /// The same without complaint: what SEARCH compares with.
    func chosen(_ set: SequenceSet, byUID: Bool) -> MessageChoice {
        if byUID { return MessageChoice(joining: set.resolved(last: numbers.lastUID).compactMap { numbers.numbers(in: $0) }) }
        let all = UInt32(numbers.count)
        return MessageChoice(
            numbers: set.resolved(last: all).compactMap { range in
                range.lowerBound <= all ? Int(range.lowerBound)...Int(min(range.upperBound, all)) : nil
            })
    }

    /// The same messages for the store: from the first UID to the last of each range, since there is nothing else between them.
    func uids(of choice: MessageChoice) -> UIDSet { UIDSet(choice.numbers.map { numbers.uids(of: $0) }) }
}
