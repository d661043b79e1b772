import Testing

@testable import postern_gatekeeper

/// How soon permits are put right: at once, unless somebody undoes them each time as soon as they are there.
struct QuarrelTests {
    /// Somebody who undoes each of our writings so many milliseconds after it.
    struct Opponent {
        var quarrel = Quarrel()
        var now = ContinuousClock.now

        /// Undone and put right `times` times; how long each took, in milliseconds.
        mutating func undo(after delay: Int, times: Int = 1) -> [Int] {
            (0..<times).map { _ in
                now += .milliseconds(delay)
                let due = quarrel.changed(at: now)
                let waited = now.duration(to: due)
                now = due
                quarrel.wrote(at: now)
                quarrel.settled()
                return Int(waited / .milliseconds(1))
            }
        }
    }

    /// Every row of the table, as how long the permits are away each time.
    @Test(arguments: [
        ("one reload", [(5000, 1)], [0]),
        ("a reload each second", [(1000, 50)], Array(repeating: 0, count: 50)),
        ("a script that makes twenty changes in one breath", [(20, 20)], Array(repeating: 0, count: 20)),
        ("somebody who never ends", [(50, 25)], Array(repeating: 0, count: 20) + [350, 350, 350, 350, 350]),
        (
            "a quarrel is over when one change comes late", [(50, 22), (400, 1), (50, 3)],
            Array(repeating: 0, count: 20) + [350, 350, 0, 0, 0, 0]
        ),
        ("many changes, none at once", [(401, 100)], Array(repeating: 0, count: 100)),
    ])
    func waits(what: String, changes: [(after: Int, times: Int)], golden: [Int]) {
        var opponent = Opponent()
        opponent.quarrel.wrote(at: opponent.now)
        #expect(changes.flatMap { opponent.undo(after: $0.after, times: $0.times) } == golden, "\(what)")
    }

    /// Whatever comes when: nobody waits longer than the span.
    @Test func neverLongerThanTheSpan() {
        var opponent = Opponent()
        let waits = (0..<2000).flatMap { opponent.undo(after: $0 * 37 % 400) }
        #expect(waits.max() == 400)
    }

    /// Somebody else's bans come and go by the thousand, and none of it is ours.
    @Test func whatIsNotOursIsNoQuarrel() {
        var opponent = Opponent()
        _ = opponent.undo(after: 10, times: Quarrel.most + 1)
        #expect(opponent.quarrel.isOn)
        opponent.quarrel.changed(at: opponent.now + .milliseconds(10))
        opponent.quarrel.settled()
        #expect(!opponent.quarrel.isOn)
        #expect(opponent.undo(after: 10) == [0])
    }

    /// Two changes before we come by are answered once, and the first says how soon they came.
    @Test func twoChangesAreOne() {
        var opponent = Opponent()
        _ = opponent.undo(after: 10, times: Quarrel.most + 1)
        let written = opponent.now
        #expect(opponent.quarrel.changed(at: written + .milliseconds(100)) == written + Quarrel.span)
        #expect(opponent.quarrel.changed(at: written + .milliseconds(300)) == written + Quarrel.span)
        #expect(opponent.quarrel.changed(at: written + .milliseconds(400)) == written + Quarrel.span)
        #expect(opponent.quarrel.changed(at: written + .milliseconds(450)) == written + .milliseconds(450))
    }
}
