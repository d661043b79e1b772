import MailCore
import MailStore
import StateStore

/// Reads every message back and proves checksums, index and counters.
struct CheckStore: BackgroundTask {
    static let plan = TaskPlan(
        "check-store", "Reads every message back and proves that the index and the counters are true.", excludes: ["check-store"],
        cancelling: "Nothing was changed.")

    init(_ parameters: [String: String]) {}

    func step(in context: TaskContext) async throws -> TaskStep {
        let place = context[cursor: "place"].flatMap { StoreCheckPlace(text: $0) } ?? .start
        var progress = context.progress
        if context[cursor: "place"] == nil {
            let totals = try await context.store.read { try $0.storedTotals() }
            progress = TaskProgress(total: totals.messages, unit: "messages", bytesTotal: totals.bytes)
        }
        var report = StoreCheckReport()
        let next = try await context.store.checkStep(at: place, &report)
        progress.done += report.messages
        progress.bytesDone += report.bytes.bytes
        progress.item = place.text
        context.progress = progress
        for finding in report.findings { context.warn(finding) }
        let findings = (context[cursor: "findings"].flatMap { Int($0) } ?? 0) + report.findings.count
        context[cursor: "findings"] = String(findings)
        context[cursor: "place"] = next?.text
        guard next == nil else { return .goOn }
        return .done(
            "\(progress.done) messages are read back; " + (findings == 0 ? "all is well." : "\(findings) findings, see its warnings."))
    }
}
