import MailCore
import MailStore
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
        let place = context[cursor: "place"].flatMap { StoreCheckPlace(text: $0) } ?? .start
        var progress = context.progress
        if context[cursor: "place"] == nil {
            let totals = try await context.store.beginCheck()
            progress = TaskProgress(total: totals.messages, unit: "messages", bytesTotal: totals.bytes)
        }
        var report = StoreCheckReport()
        var ahead = context[cursor: "ahead"].flatMap { StoreCheckPlace(text: $0) }
        var next =
            context.mayHurry
            ? try await context.store.hurriedCheckStep(at: place, ahead: &ahead, &report)
            : try await context.store.checkStep(at: place, limit: context.budget, &report)
        if case .messages? = next, let place = ahead {
            next = place
            ahead = nil
        }
        progress.done += report.messages
        progress.bytesDone += report.bytes.bytes
        progress.item = place.item
        context.progress = progress
        let before = context[cursor: "findings"].flatMap { Int($0) } ?? 0
        for finding in report.findings.prefix(max(0, Self.mostFindings - before)) { context.warn(finding) }
        let findings = before + report.findings.count
        context[cursor: "findings"] = String(findings)
        context[cursor: "place"] = next?.text
        context[cursor: "ahead"] = ahead?.text
        guard next == nil else { return .goOn }
        let found = findings == 0 ? "all is well." : "\(findings) \(findings == 1 ? "finding" : "findings"), see its warnings."
        return .done("\(progress.done) messages are read back; \(found)")
    }
}
