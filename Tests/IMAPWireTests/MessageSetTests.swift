import IMAPWire
import MailCore
import Testing

@Suite struct SequenceSetTests {
    @Test(arguments: [
        ("1", 10, "1"), ("1:4", 10, "1:4"), ("4:1", 10, "1:4"), ("1,3,2", 10, "1:3"), ("5:*", 10, "5:10"), ("*", 10, "10"),
        ("15:*", 10, "10:15"), ("*:15", 10, "10:15"), ("*:*", 10, "10"), ("1:*", 0, ""), ("*", 0, ""), ("7", 0, "7"),
        ("1:3,2:5,9", 10, "1:5,9"), ("4294967295", 1, "4294967295"), ("4294967294,4294967295", 1, "4294967294:4294967295"),
        ("1:4294967295", 3, "1:4294967295"),
    ])
    func isResolved(text: String, last: UInt32, wanted: String) throws {
        var scanner = Scanner(text)
        let set = try SequenceSet(parsing: &scanner)
        #expect(scanner.atEnd)
        #expect(set.resolved(last: last).sequenceText == wanted)
    }

    @Test(arguments: ["", "0", "1:0", ":1", "a", "4294967296", "-1", "+1", "1:,2", "01", "1,", "1::2"])
    func isRefused(text: String) {
        var scanner = Scanner(text)
        #expect((try? SequenceSet(parsing: &scanner)) == nil || !scanner.atEnd)
    }

    @Test func knowsWhatReachesTooFar() throws {
        for (text, last, reaches) in [("1:5", 5, false), ("1:6", 5, true), ("*", 5, false), ("*", 0, true), ("1", 0, true)]
            as [(String, UInt32, Bool)]
        {
            var scanner = Scanner(text)
            #expect(try SequenceSet(parsing: &scanner).reaches(beyond: last) == reaches, "\(text) of \(last)")
        }
    }

    @Test func runsKeepTheirOrder() {
        #expect([1, 2, 3, 7, 5, 6, 4_294_967_295].runs.sequenceText == "1:3,7,5:6,4294967295")
        #expect(([] as [UInt32]).runs.isEmpty)
    }
}

@Suite struct SequenceNumbersTests {
    @Test func numbersAndUIDsCorrespond() {
        let uids: [UInt32] = [2, 3, 4, 9, 11, 12, 4_294_967_295]
        let numbers = SequenceNumbers(ascending: uids)
        #expect(numbers.count == 7)
        #expect(numbers.lastUID == 4_294_967_295)
        #expect((1...7).map { numbers.uid(at: $0) } == uids)
        for (index, uid) in uids.enumerated() { #expect(numbers.number(of: uid) == index + 1) }
        for uid: UInt32 in [0, 1, 5, 8, 10, 13, 4_294_967_294] { #expect(numbers.number(of: uid) == nil) }
        #expect(numbers.numbers(in: 4...11) == 3...5)
        #expect(numbers.numbers(in: 5...8) == nil)
        #expect(numbers.numbers(in: 0...4_294_967_295) == 1...7)
        #expect(numbers.numbers(in: 13...4_294_967_294) == nil)
        #expect(numbers.uids(of: 2...5) == 3...11)
    }

    @Test func emptyHoldsNothing() {
        let numbers = SequenceNumbers()
        #expect(numbers.isEmpty && numbers.lastUID == 0)
        #expect(numbers.number(of: 1) == nil)
        #expect(numbers.numbers(in: 1...4_294_967_295) == nil)
    }

    @Test func onlyLaterMessagesAreAppended() {
        var numbers = SequenceNumbers(ascending: [5])
        numbers.append(5)
        numbers.append(3)
        numbers.append(6)
        #expect(numbers.count == 2 && numbers.uid(at: 2) == 6)
    }

    @Test func removalReportsTheNumbersFromBefore() {
        var numbers = SequenceNumbers(ascending: 1...10 as ClosedRange<UInt32>)
        #expect(numbers.remove([10, 3, 3, 4, 77]) == [3, 4, 10])
        #expect((1...numbers.count).map { numbers.uid(at: $0) } == [1, 2, 5, 6, 7, 8, 9])
        #expect(numbers.remove([77]) == [])
        #expect(numbers.remove([1, 2, 5, 6, 7, 8, 9]) == [1, 2, 3, 4, 5, 6, 7])
        #expect(numbers.isEmpty)
    }

    /// Against the plain array that it stands for.
    @Test func behavesLikeAnArray() {
        var random = SplitMix(state: 7)
        var plain: [UInt32] = []
        var numbers = SequenceNumbers()
        var next: UInt32 = 1
        for _ in 0..<400 {
            if random.below(3) > 0 {
                for _ in 0..<random.below(20) {
                    next += UInt32(1 + random.below(10) / 8)
                    plain.append(next)
                    numbers.append(next)
                }
            } else {
                let gone = (0..<random.below(12)).map { _ in UInt32(random.below(Int(next) + 2)) }
                let before = plain.indices.filter { gone.contains(plain[$0]) }.map { $0 + 1 }
                #expect(numbers.remove(gone) == before)
                plain.removeAll { gone.contains($0) }
            }
            #expect(numbers.count == plain.count)
            let low = UInt32(random.below(Int(next) + 2))
            let high = low + UInt32(random.below(50))
            let inside = plain.indices.filter { (low...high).contains(plain[$0]) }
            #expect(numbers.numbers(in: low...high) == (inside.isEmpty ? nil : inside[0] + 1...inside[inside.count - 1] + 1))
        }
        #expect((1...numbers.count).map { numbers.uid(at: $0) } == plain)
    }
}

/// The same numbers at every run.
struct SplitMix {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(max(limit, 1)))
    }
}
