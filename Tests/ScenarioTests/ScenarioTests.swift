import MailTesting
import Testing

/// Every file of `Tests/Scenarios` is a case; how they are written stands in the README there.
@Suite struct ScenarioTests {
    static let folder = #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Scenarios"

    /// Each has twenty seconds for an answer; the limit is for a case that hangs otherwise, and counts the queue before it.
    @Test(.timeLimit(.minutes(15)), arguments: Scenario.all(in: folder))
    func plays(_ scenario: Scenario) async {
        guard let failure = await scenario.play() else { return }
        let place = SourceLocation(fileID: "Scenarios/\(scenario.name)", filePath: scenario.path, line: failure.line, column: 1)
        Issue.record("\(failure.text)", sourceLocation: place)
    }

    @Test func thereAreScenarios() { #expect(Scenario.all(in: Self.folder).count >= 6) }
}
