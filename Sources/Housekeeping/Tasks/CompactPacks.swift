import MailCore
import MailStore
import StateStore

/// Writes what is still wanted of mostly dead packs into the open one, and unlinks packs in which nothing is wanted any more.
///
/// A pack that became empty stays for an hour, for sessions that have just looked its messages up; the next run unlinks it.
struct CompactPacks: BackgroundTask {
    static let plan = TaskPlan(
        "compact-packs", "Gives the space of deleted messages back to the drive.", schedule: .every(.seconds(6 * 3600)),
        excludes: ["compact-packs", "move-store", "back-up-store"], cancelling: "What was compacted stays so.",
        stepLimit: .seconds(1800))

    init(_ parameters: [String: String]) {}

    func step(in context: TaskContext) async throws -> TaskStep {
        guard let list = context[cursor: "packs"] else {
            let work = try await context.store.compactionWork()
            context[cursor: "packs"] = work.packs.map(String.init).joined(separator: " ")
            context.progress = TaskProgress(total: work.packs.count, unit: "packs", bytesTotal: work.bytes)
            // What is said is kept at once, and the list with it: whoever is killed soon after goes on with that.
            context.log("\(work.packs.count) packs are mostly dead; \(work.bytes >> 10) KiB in them are still wanted")
            return .goOn
        }
        let packs = list.parts(at: " ").compactMap { Int64($0) }
        var progress = context.progress
        guard let pack = packs.first else {
            let step = try await context.store.reclaim(now: context.clock.seconds)
            return .done(
                "\(progress.done) packs are compacted, \(step.packs) unlinked or shortened; \(step.freed >> 10) KiB are given back now.")
        }
        let from = context[cursor: "from"].flatMap { Int64($0) } ?? 0
        let step = try await context.store.compact(pack, from: from, limit: context.budget)
        context.note(verbs: step.messages)
        progress.bytesDone += step.bytes
        progress.item = "pack \(pack)"
        context[cursor: "from"] = step.next.map(String.init)
        if step.next == nil {
            progress.done += 1
            context[cursor: "packs"] = packs.dropFirst().map(String.init).joined(separator: " ")
        }
        context.progress = progress
        return .goOn
    }
}
