import MailCore
import MailStore
import StateStore
import Synchronization

/// Makes the index anew from its last copy and from what the packs hold beyond it. No mail is taken and none is shown meanwhile.
///
/// | where it is | what a crash leaves | when it is let go of |
/// |---|---|---|
/// | at the packs | the store away, until this has begun again and is done | the old index is in use again |
/// | the new index takes its place | the same | the store away, until the next try is done |
/// | the store opens again | the new index in use | – |
///
/// Mailboxes have other UIDVALIDITYs and may have other numbers then, so no session can be kept: the daemon begins anew.
final class RebuildIndex: BackgroundTask {
    static let plan = TaskPlan(
        "rebuild-index", "Makes the index anew from its last copy and the packs; no mail is taken or shown meanwhile.",
        excludes: [
            "rebuild-index", "move-store", "adopt-store", "back-up-store", "compact-packs", "index-copy", "check-store", "import", "expire",
        ], makesWay: false, cancelling: "The index that was there is in use again.", stepLimit: .seconds(1800))

    private let held = Mutex<(rebuild: IndexRebuild, store: MailStore)?>(nil)
    private let isMade = Mutex(false)

    init(_ parameters: [String: String]) {}

    func step(in context: TaskContext) async throws -> TaskStep {
        guard let rebuild = held.withLock({ $0?.rebuild }) else {
            let begun = try await context.store.beginRebuild()
            held.withLock { $0 = (begun, context.store) }
            context.log("no mail is taken or shown from here on")
            return .goOn
        }
        let hasMore = try await context.store.step(rebuild, limit: context.budget)
        context.progress = TaskProgress(
            done: rebuild.packsDone, total: rebuild.packsTotal, unit: "packs", bytesDone: rebuild.bytesDone,
            bytesTotal: rebuild.bytesTotal, item: rebuild.item)
        guard !hasMore else { return .goOn }
        let report = try await context.store.complete(rebuild, logger: context.services.logger)
        held.withLock { $0 = nil }
        isMade.withLock { $0 = true }
        for finding in report.findings { context.warn(finding) }
        defer { context.services.beginAnew() }
        try await context.store.endRebuild()
        return .done(
            "The index is made anew: \(report.fromCopy) messages from its last copy, \(report.fromPacks) found in the packs beyond it, "
                + "\(report.recovered) of them now in Recovered; \(report.held) recipients elsewhere are held in the queue.")
    }

    func takeBack(in context: TaskContext) async throws {
        guard !isMade.withLock({ $0 }) else { throw TaskFailure("The new index is in use already.") }
    }

    func letGo() async {
        let begun = held.withLock { held in
            defer { held = nil }
            return held
        }
        // Between the old index and the new one there is nothing to go back to: the next try begins again.
        guard let begun, !begun.rebuild.isInExchange else { return }
        try? await begun.store.giveUpRebuild()
    }
}
