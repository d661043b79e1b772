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
        _ = pace.rest(after: 1, took: .seconds(60), mailWaits: false)
        #expect(pace.rest(after: 3_000_000, took: .zero, mailWaits: false) == .milliseconds(2750))
    }

    @Test func aStepThatMovedNothingEarnsNothing() {
        var pace = Pace(limit: 1_000_000)
        _ = pace.rest(after: 0, took: .seconds(60), mailWaits: false)
        #expect(pace.rest(after: 1_000_000, took: .zero, mailWaits: false) == .seconds(1))
    }

    /// What the screens show of a task that begins with a look that takes long and then keeps to 8 MB/s.
    @Test func aLimitedTaskIsShownAsFastAsItIs() throws {
        var pace = Pace(limit: 8_000_000)
        var meter = RateMeter()
        var now = Duration.seconds(2)
        var done = 0
        now += pace.rest(after: 0, took: now, mailWaits: false)
        meter.note(done, at: now)
        while now < .seconds(60) {
            now += .milliseconds(20)
            done += pace.budget
            meter.note(done, at: now)
            now += pace.rest(after: pace.budget, took: .milliseconds(20), mailWaits: false)
            if now < .seconds(5) { #expect(meter.rate == nil) }
            if let rate = meter.rate { #expect(abs(rate / 8_000_000 - 1) < 0.09, "\(rate) at \(now)") }
        }
        #expect(abs(try #require(meter.rate) / 8_000_000 - 1) < 0.03)
    }

    @Test func theMeterForgets() throws {
        var meter = RateMeter()
        for second in 0...30 { meter.note(1_000_000 * second, at: .seconds(second)) }
        #expect(meter.rate == 1_000_000)
        for second in 31...46 { meter.note(30_000_000, at: .seconds(second)) }
        #expect(meter.rate == 0)
    }

    @Test func budgets() {
        #expect(Pace(limit: nil).budget == 4 << 20)
        #expect(Pace(limit: 8 << 20).budget == 2 << 20)
        #expect(Pace(limit: 1024).budget == 64 << 10)
    }
}
