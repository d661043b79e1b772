import StateStore

/// Reads every message back and proves checksums, index and counters.
struct CheckStore: BackgroundTask {
    static let plan = TaskPlan(
        "check-store", "Reads every message back and proves that the index and the counters are true.", excludes: ["check-store"],
        cancelling: "Nothing was changed.", stepLimit: .seconds(1800))

    /// A drive that is lost whole would fill the log with what its first thousand findings say.
    private static let mostFindings = 1000

    init(_ parameters: [String: String]) {}

    func step(in context: TaskContext) async throws -> TaskStep {
        let found = try await context.checkStep(of: context.store)
        let before = context[cursor: "findings"].flatMap { Int($0) } ?? 0
        for finding in found.prefix(max(0, Self.mostFindings - before)) { context.warn(finding) }
        let findings = before + found.count
        context[cursor: "findings"] = String(findings)
        guard context.isChecked else { return .goOn }
        let outcome = findings == 0 ? "all is well." : "\(findings) \(findings == 1 ? "finding" : "findings"), see its warnings."
        return .done("\(context.progress.done) messages are read back; \(outcome)")
    }
}
