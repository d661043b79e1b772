import MailCore
import MailStore
import StateStore

/// Takes away what has an age: records of tasks that are over, the trace of messages, what a move has left behind, and how far imports
/// had come that will never go on.
struct Expire: BackgroundTask {
    static let plan = TaskPlan(
        "expire", "Forgets old tasks and the trace of old messages, and removes the copy that a move left behind.",
        schedule: .nightly(hour: 4),
        excludes: ["expire", "move-store"], cancelling: "What was forgotten stays so.", stepLimit: .seconds(1800))

    /// A month of history is what somebody asks for.
    static let taskDays: Int64 = 30
    /// Two weeks show whether the new drive can be trusted.
    static let oldCopyDays: Int64 = 14

    init(_ parameters: [String: String]) {}

    func step(in context: TaskContext) async throws -> TaskStep {
        if try await context.store.forgetOldTraces() {
            context.note(verbs: 1)
            return .goOn
        }
        let now = context.clock.seconds
        let forgotten = try await context.state.forgetTasks(endedBefore: now - Self.taskDays * 86400)
        var sentence = "\(forgotten) tasks are forgotten."
        for name in try await context.store.notedImports() {
            // One that failed may still be resumed.
            let record = try await context.state.task(name.parts(at: " ").first.flatMap { Int64($0) } ?? 0)
            if let record, ImportMail.note(record.id, asked: record.asked) == name, record.state != .done, record.state != .cancelled {
                continue
            }
            try await context.store.forgetImport(name)
        }
        // Mail that is nowhere else has no age.
        if let home = try context.state.mailHome(), let old = home.old, !home.oldIsOtherMail, now - old.moved >= Self.oldCopyDays * 86400 {
            try await OldCopy.discard(context.services)
            sentence += " The mail's old copy in \(old.path) is removed."
        }
        context.progress = TaskProgress(done: 1, total: 1)
        return .done(sentence)
    }
}
