import Glibc
import MailCore
import MailStore
import StateStore
import Synchronization

/// Makes a consistent copy of the store in a folder while mail flows; every octet of it is read back.
final class BackUpStore: BackgroundTask {
    static let plan = TaskPlan(
        "back-up-store", "Makes a proven copy of all mail in a folder, while mail flows.",
        excludes: ["move-store", "compact-packs", "back-up-store"], parameters: ["folder", "same-drive"],
        cancelling: "What was copied is taken away.", stepLimit: .seconds(300))

    private let folder: String
    private let onSameDrive: Bool
    private let copy = Mutex<StoreCopy?>(nil)
    private let approach = Mutex(Approach())

    init(_ parameters: [String: String]) throws(TaskFailure) {
        guard let folder = parameters["folder"], folder.hasPrefix("/") else { throw TaskFailure("Give folder=PATH, an absolute path.") }
        self.folder = folder
        onSameDrive = parameters["same-drive"] == "yes"
    }

    func step(in context: TaskContext) async throws -> TaskStep {
        guard let copy = copy.withLock({ $0 }) else {
            if mkdir(folder, 0o700) != 0, errno != EEXIST {
                throw TaskFailure("\(folder) cannot be made: \(String(cString: strerror(errno))).")
            }
            let survey = try await Preflight.survey(folder, onSameDrive: onSameDrive, context.services)
            if let existing = survey.existing, existing.generation > 0 || existing.store != context.store.identity?.store {
                throw TaskFailure("\(folder) holds a mail store that is no backup of this one; choose another folder.")
            }
            guard survey.problems.isEmpty else { throw TaskFailure(survey.problems.joined(separator: " ")) }
            let made = try await StoreCopy(of: context.store, to: folder)
            self.copy.withLock { $0 = made }
            approach.withLock { $0 = Approach() }
            return .goOn
        }
        let isReady = try await copy.step(bytes: context.budget, isQuiet: context.mayHurry)
        context.progress = TaskProgress(
            done: copy.packsDone, total: copy.packsTotal, unit: "packs", bytesDone: copy.bytesDone, bytesTotal: copy.bytesTotal,
            item: copy.item)
        let (done, total) = (copy.bytesDone, copy.bytesTotal)
        if approach.withLock({ $0.isLost(done: done, of: total, at: context.clock.now()) }) { context.warn(Approach.warning) }
        guard isReady, try await copy.becomeBackup() else { return .goOn }
        self.copy.withLock { $0 = nil }
        return .done("All mail is backed up in \(folder); \"postern storage restore \(folder)\" brings it back.")
    }

    func takeBack(in context: TaskContext) async throws { try StoreCopy.discardIncoming(in: folder) }

    func letGo() async {
        let open = copy.withLock { copy in
            defer { copy = nil }
            return copy
        }
        await open?.abandon()
    }
}
