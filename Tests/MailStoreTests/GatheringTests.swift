import Testing

@testable import MailStore

/// What the writer waits, commit by commit.
@Suite struct GatheringTests {
    /// Steps: `3?` three messages are coming in; `+2` a wait brought two; `1000!` a commit took 1,000 microseconds. Answers what each
    /// question heard.
    private func answers(_ steps: String) -> String {
        var gathering = Gathering()
        var answers: [String] = []
        for step in steps.split(separator: " ") {
            let number = Int(step.filter(\.isNumber))!
            switch step {
            case _ where step.hasSuffix("?"): answers.append(gathering.patience(arriving: number).map { "\($0)" } ?? "-")
            case _ where step.hasSuffix("!"): gathering.committed(within: Int64(number))
            default: gathering.brought(number)
            }
        }
        return answers.joined(separator: " ")
    }

    @Test(
        arguments: [
            // Who is alone never waits, and nothing is known before the first commit.
            ("0? 1000! 0? 0?", "- - -"), ("3? 1000! 3?", "- 1000"),
            // As long as a commit takes, by the last ones.
            ("800! 1? +1 1600! 1?", "800 900"), ("800! 1? +1 0! 1?", "800 700"), ("90000! 1?", "5000"),
            // A wait that brought nobody: 1, 2, 4 commits go at once.
            ("1000! 1? +0 1? 1? +0 1? 1? 1? +0 1? 1? 1? 1? 1?", "1000 - 1000 - - 1000 - - - - 1000"),
            // Somebody came: the next one waits, too.
            ("1000! 1? +0 1? 1? +2 1? +0 1? 1?", "1000 - 1000 1000 - 1000"),
            // Nobody counts as a wait in vain who did not wait.
            ("1000! 1? +0 0? 1? 1?", "1000 - - 1000"),
        ])
    func waits(steps: String, expected: String) {
        #expect(answers(steps) == expected)
    }

    @Test func aSlowSenderCostsOneCommitInSixtyFour() {
        var gathering = Gathering()
        gathering.committed(within: 1000)
        var waits = 0
        for _ in 0..<6500 where gathering.patience(arriving: 1) != nil {
            waits += 1
            gathering.brought(0)
        }
        #expect((100...110).contains(waits))
    }
}
