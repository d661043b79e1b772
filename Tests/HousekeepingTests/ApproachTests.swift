import Testing

@testable import Housekeeping

@Suite struct ApproachTests {
    @Test func whoGetsNearerIsNotWarned() {
        var approach = Approach()
        // Within a minute more may be left than before.
        for (seconds, left) in [(0, 900), (30, 950), (60, 899), (90, 950), (120, 898), (180, 0), (240, 0)] {
            let isLost = approach.isLost(left: left, at: .seconds(seconds))
            #expect(!isLost)
        }
    }

    @Test func whoDoesNotIsWarnedOnce() {
        var approach = Approach()
        let answers = [(0, 900), (59, 950), (60, 900), (119, 990), (120, 990), (300, 990)].map {
            approach.isLost(left: $0.1, at: .seconds($0.0))
        }
        #expect(answers == [false, false, true, false, false, false])
    }
}
