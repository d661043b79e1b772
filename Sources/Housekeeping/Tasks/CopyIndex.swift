import MailCore
import MailStore
import StateStore

/// Copies the index aside on its drive: what a rebuild begins with.
struct CopyIndex: BackgroundTask {
    static let plan = TaskPlan(
        "index-copy", "Copies the index aside, for the day on which it is lost.", schedule: .nightly(hour: 3),
        excludes: ["index-copy", "move-store"], cancelling: "The last copy stays.", stepLimit: .seconds(1800))

    init(_ parameters: [String: String]) {}

    func step(in context: TaskContext) async throws -> TaskStep {
        let size = try await context.store.copyIndex()
        context.progress = TaskProgress(done: 1, total: 1, unit: "copies", bytesDone: size.bytes, bytesTotal: size.bytes)
        return .done("The index is copied (\(size.bytes >> 10) KiB).")
    }
}
