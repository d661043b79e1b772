import Testing

@testable import Housekeeping

@Suite struct PaceTests {
    @Test(arguments: [
        // limit, octets, milliseconds of work, mail waits, milliseconds of rest
        (nil, 4_000_000, 40, false, 0), (nil, 4_000_000, 40, true, 60), (nil, 4_000_000, 3000, true, 1000),
        (1_000_000, 250_000, 50, false, 200), (1_000_000, 250_000, 250, false, 0), (1_000_000, 250_000, 50, true, 200),
        (1_000_000, 100_000, 90, true, 135),
    ])
    func rests(limit: Int?, bytes: Int, work: Int, mailWaits: Bool, rest: Int) {
        var pace = Pace(limit: limit)
        let found = pace.rest(after: bytes, took: .milliseconds(work), mailWaits: mailWaits)
        #expect(abs(found.seconds - Double(rest) / 1000) < 0.001)
    }

    @Test func aSlowStepEarnsNoLongSprint() {
        var pace = Pace(limit: 1_000_000)
        _ = pace.rest(after: 0, took: .seconds(60), mailWaits: false)
        #expect(pace.rest(after: 3_000_000, took: .zero, mailWaits: false) == .seconds(2))
    }

    @Test func budgets() {
        #expect(Pace(limit: nil).budget == 4 << 20)
        #expect(Pace(limit: 8 << 20).budget == 2 << 20)
        #expect(Pace(limit: 1024).budget == 64 << 10)
    }
}
