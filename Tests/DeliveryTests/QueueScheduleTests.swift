import Delivery
import Testing

/// F20–F22 against what Postfix's documentation says of minimal_backoff_time, maximal_backoff_time, maximal_queue_lifetime and
/// queue_run_delay: the time until the next try is the message's age, within the limits, and the queue is looked through by intervals.
@Suite struct QueueScheduleTests {
    private static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }

    private static let documented = QueueSchedule(
        interval: minutes(30), delayFrom: minutes(180), delayTo: minutes(300), lifetime: minutes(5760), delayNotice: minutes(240))

    @Test(
        arguments: [
            (0, 180), (-5, 180), (179, 180), (180, 180), (181, 181), (240, 240), (299, 299), (300, 300), (301, 300), (5759, 300),
            (5760, nil),
            (9999, nil),
        ] as [(Int, Int?)])
    func nextTry(age: Int, after: Int?) {
        let wanted: QueueSchedule.Verdict = after.map { .again(after: Self.minutes($0)) } ?? .expired
        #expect(Self.documented.verdict(age: Self.minutes(age)) == wanted)
    }

    /// Every try of a message that nobody takes, in minutes of its age; a scan every half hour, beginning `offset` after it came.
    private static func tries(_ schedule: QueueSchedule, offset: Int) -> [Int] {
        var tries: [Int] = []
        var due = 0
        var now = 0
        while true {
            tries.append(now)
            guard case .again(let wait) = schedule.verdict(age: minutes(now)) else { return tries }
            due = now + Int(wait.components.seconds / 60)
            let interval = Int(schedule.interval.components.seconds / 60)
            let scans = (due - offset + interval - 1) / interval
            now = offset + scans * interval
        }
    }

    @Test(arguments: [0, 1, 17, 29])
    func everyTryOfFourDays(offset: Int) {
        let tries = Self.tries(Self.documented, offset: offset)
        #expect(tries.first == 0)
        for (one, next) in zip(tries, tries.dropFirst()) {
            // "The next try comes at delay + δ, δ in [0; interval]" F21
            #expect((180...330).contains(next - one), "\(one) → \(next)")
        }
        #expect(tries.dropLast().allSatisfy { $0 < 5760 })
        #expect((5760...6090).contains(tries.last ?? 0))
    }

    @Test func theDocumentedFirstDay() { #expect(Self.tries(Self.documented, offset: 0).prefix(6) == [0, 180, 360, 660, 960, 1260]) }

    /// Postfix's own defaults: 300 s, 4000 s, 5 d, a run every 300 s; the first tries double, as its QSHAPE_README describes.
    @Test func postfixDefaults() {
        let schedule = QueueSchedule(
            interval: Self.minutes(5), delayFrom: .seconds(300), delayTo: .seconds(4000), lifetime: .seconds(5 * 86400), delayNotice: .zero)
        #expect(Self.tries(schedule, offset: 0).prefix(6) == [0, 5, 10, 20, 40, 80])
        #expect(!schedule.tellsDelay(age: .seconds(86400)))
    }

    @Test func limitsTheWrongWayRound() {
        let schedule = QueueSchedule(
            interval: .seconds(1), delayFrom: .seconds(20), delayTo: .seconds(10), lifetime: .seconds(100), delayNotice: .seconds(30))
        #expect(schedule.verdict(age: .seconds(15)) == .again(after: .seconds(20)))
        #expect(!schedule.tellsDelay(age: .seconds(29)) && schedule.tellsDelay(age: .seconds(30)))
    }
}
