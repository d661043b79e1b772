import MailCore
import MailStore
import StateStore

/// A check as part of a task: where it stands is in the task's cursor.
extension TaskContext {
    /// Whether every message of the store to be checked was read back.
    var isChecked: Bool { course?.next == nil && course != nil }

    private var course: StoreCheckCourse? { self[cursor: "place"].flatMap { StoreCheckCourse(text: $0) } }

    /// Does the next step of a check of the store; answers what it has found.
    func checkStep(of checked: MailStore) async throws -> [String] {
        guard var course else {
            let totals = try await checked.beginCheck()
            begin(StoreCheckCourse(), TaskProgress(total: totals.messages, unit: "messages", bytesTotal: totals.bytes))
            return []
        }
        var report = StoreCheckReport()
        try await checked.checkStep(&course, hurrying: mayHurry, inUse: store, limit: budget, &report)
        var progress = progress
        progress.done += report.messages
        progress.bytesDone += report.bytes.bytes
        begin(course, progress)
        return report.findings
    }

    /// People see what the next step looks at.
    private func begin(_ course: StoreCheckCourse, _ progress: TaskProgress) {
        var progress = progress
        if course.next != nil { progress.item = course.item }
        self.progress = progress
        self[cursor: "place"] = course.text
    }
}
