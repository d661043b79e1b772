import Testing

@testable import Housekeeping

@Suite struct ApproachTests {
    @Test func whoGetsNearerIsNotWarned() {
        var approach = Approach()
        // Within a minute more may be left than before.
        let looks = [(0, 100, 1000), (30, 110, 1060), (60, 200, 1070), (90, 210, 1160), (120, 300, 1100), (180, 900, 900)]
        for (seconds, done, total) in looks {
            let isLost = approach.isLost(done: done, of: total, at: .seconds(seconds))
            #expect(!isLost)
        }
    }

    /// As much comes as is copied, or more; nearly as much; nothing moves.
    @Test(arguments: [(200, 1100), (200, 1200), (200, 1090), (100, 1000)])
    func whoDoesNotIsWarnedOnce(done: Int, total: Int) {
        var approach = Approach()
        let answers = [(0, 100, 1000), (59, 100, 1000), (60, done, total), (119, done, total), (120, done, total), (300, done, total)].map {
            approach.isLost(done: $0.1, of: $0.2, at: .seconds($0.0))
        }
        #expect(answers == [false, false, true, false, false, false])
    }
}
