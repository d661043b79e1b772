import MailCore
import MailStore
import StateStore
import Synchronization

/// Moves the mail to another drive while mail flows (F34).
///
/// | phase in the log | what is in use | after a crash |
/// |---|---|---|
/// | packs, index, verify, tail | the old place | goes on behind what is proven |
/// | commit | the old place until the pointer is written, then the new one | the one or the other, whole |
/// | proof | the new place; the old copy is kept | proves the index again |
final class MoveStore: BackgroundTask {
    static let plan = TaskPlan(
        "move-store", "Moves the mail to another drive while mail flows.",
        excludes: ["move-store", "adopt-store", "back-up-store", "compact-packs", "index-copy", "expire"],
        parameters: ["path", "same-drive"], cancelling: "The mail stays where it is; what was copied is taken away.",
        stepLimit: .seconds(300))

    private let path: String
    private let onSameDrive: Bool
    private let copy = Mutex<StoreCopy?>(nil)
    private let approach = Mutex(Approach())

    init(_ parameters: [String: String]) throws(TaskFailure) {
        guard let path = parameters["path"], path.hasPrefix("/") else { throw TaskFailure("Give the new folder as an absolute path.") }
        self.path = path
        onSameDrive = parameters["same-drive"] == "yes"
    }

    func step(in context: TaskContext) async throws -> TaskStep {
        if context.store.folder == path {
            guard context[cursor: "begun"] != nil else { return .done("The mail is in \(path).") }
            return try await proof(in: context)
        }
        guard let copy = copy.withLock({ $0 }) else {
            try await begin(in: context)
            return .goOn
        }
        let phase = copy.phase
        let isReady = try await copy.step(bytes: context.budget, isQuiet: context.mayHurry)
        context.progress = TaskProgress(
            done: copy.packsDone, total: copy.packsTotal, unit: "packs", bytesDone: copy.bytesDone, bytesTotal: copy.bytesTotal,
            item: copy.item)
        let (done, total) = (copy.bytesDone, copy.bytesTotal)
        if approach.withLock({ $0.isLost(done: done, of: total, at: context.clock.now()) }) { context.warn(Approach.warning) }
        guard copy.phase == phase else {
            // It is in the log before it begins, so that whoever looks at what a crash has left knows where it came.
            context.log("phase \(copy.phase == .ready ? "commit" : copy.phase.rawValue)")
            return .goOn
        }
        guard isReady else { return .goOn }
        guard let pause = try await copy.move() else {
            context.log("much mail has come meanwhile; another round")
            return .goOn
        }
        context.log("phase proof: the mail is in \(path) after a pause of \(Int((pause.seconds * 1000).rounded())) ms")
        context[cursor: "pause"] = String(Int((pause.seconds * 1000).rounded()))
        self.copy.withLock { $0 = nil }
        return .goOn
    }

    private func begin(in context: TaskContext) async throws {
        let hasBegun = context[cursor: "begun"] != nil
        // Nothing is written, not even for a try, to what lies where the drive should be.
        guard !hasBegun || StoreCopy.hasBegun(in: path) else {
            throw TaskFailure("What was copied to \(path) is not there any more; is its drive mounted?", mayPass: true)
        }
        let survey = try await Preflight.survey(path, onSameDrive: onSameDrive, context.services)
        if let existing = survey.existing, !survey.isOldCopy {
            throw TaskFailure("\(path) holds another mail store (\(existing.store)); say --adopt to use it as it is.")
        }
        // Room may be made, and a drive mounted again; what is wrong at the first look is somebody's mistake.
        guard survey.problems.isEmpty else { throw TaskFailure(survey.problems.joined(separator: " "), mayPass: hasBegun) }
        let made = try await StoreCopy(of: context.store, to: path)
        context[cursor: "begun"] = "yes"
        context.log(
            "phase packs: \(survey.packs) packs, \(survey.needed.bytes >> 20) MiB to copy, \(survey.proven.bytes >> 20) MiB there already")
        copy.withLock { $0 = made }
        approach.withLock { $0 = Approach() }
    }

    /// The mail is in its new place: does its index stand there as it should?
    private func proof(in context: TaskContext) async throws -> TaskStep {
        let table = context[cursor: "table"].flatMap { Int($0) } ?? 0
        var report = StoreCheckReport()
        let next = try await context.store.checkStep(at: .index(table: table), &report)
        guard report.findings.isEmpty else {
            throw TaskFailure("\(report.findings[0]) The old copy is whole: \"postern storage undo\" goes back to it.")
        }
        if case .index(let following)? = next {
            context[cursor: "table"] = String(following)
            return .goOn
        }
        var pause = ""
        if let milliseconds = context[cursor: "pause"] { pause = " after a pause of \(milliseconds) ms" }
        return .done("The mail is in \(path)\(pause); the old copy stays until \"postern storage discard-old\".")
    }

    func takeBack(in context: TaskContext) async throws {
        guard context.store.folder != path else { throw TaskFailure("The mail has moved already; \"postern storage undo\" moves it back.") }
        try StoreCopy.discardIncoming(in: path)
    }

    func letGo() async {
        let open = copy.withLock { copy in
            defer { copy = nil }
            return copy
        }
        await open?.abandon()
    }
}
