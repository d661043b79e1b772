import MailStore
import Testing

@Suite struct UIDSetTests {
    @Test(
        arguments: [
            ([], []), ([5, 3, 4, 9], [3...5, 9...9]), ([1, 1, 1], [1...1]), ([UID.max, UID.max - 1], [(UID.max - 1)...UID.max]),
        ] as [([UID], [ClosedRange<UID>])])
    func memberships(uids: [UID], ranges: [ClosedRange<UID>]) {
        let set = UIDSet(uids)
        #expect(set.ranges == ranges)
        #expect(set.count == Set(uids).count)
        for uid in uids { #expect(set.contains(uid)) }
        #expect(!set.contains(7))
    }

    @Test func rangesMerge() {
        #expect(UIDSet([8...9, 1...3, 2...5, 6...6]).ranges == [1...6, 8...9])
        #expect(UIDSet([1...UID.max, 5...7]).ranges == [1...UID.max])
    }

    @Test func insertingKeepsOrder() {
        var set = UIDSet()
        for uid: UID in [5, 6, 2, 9, 1] { set.insert(uid) }
        #expect(set.ranges == [1...2, 5...6, 9...9])
    }
}
