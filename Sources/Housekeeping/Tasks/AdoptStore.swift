import MailCore
import MailStore
import StateStore
import Synchronization

/// Uses the mail that another drive holds already, or a backup, in place of what is used now (F37). Nothing is copied and nothing overwritten:
/// what is used now stays where it is, until it is discarded.
///
/// Mailboxes have other numbers there, so no session can be kept: when the pointer is written the daemon begins anew.
final class AdoptStore: BackgroundTask {
    static let plan = TaskPlan(
        "adopt-store", "Uses the mail that a drive holds already in place of the mail used now.",
        excludes: ["adopt-store", "move-store", "back-up-store", "compact-packs", "index-copy", "expire", "check-store", "import"],
        parameters: ["path"], cancelling: "The mail that was used stays in use.", stepLimit: .seconds(300))

    private let path: String
    private let other = Mutex<MailStore?>(nil)

    init(_ parameters: [String: String]) throws(TaskFailure) {
        guard let path = parameters["path"], path.hasPrefix("/") else { throw TaskFailure("Give the drive's folder as an absolute path.") }
        self.path = path
    }

    func step(in context: TaskContext) async throws -> TaskStep {
        if context.store.folder == path { return .done("The mail in \(path) is in use.") }
        guard let other = other.withLock({ $0 }) else {
            try await open(in: context)
            return .goOn
        }
        let place = context[cursor: "place"].flatMap { StoreCheckPlace(text: $0) } ?? .start
        guard context[cursor: "place"] != "checked" else { return try await exchange(other, in: context) }
        var report = StoreCheckReport()
        let next = try await other.checkStep(at: place, limit: context.budget, &report)
        guard report.findings.isEmpty else {
            throw TaskFailure("The mail in \(path) is damaged: \(report.findings[0]) It is not used.")
        }
        var progress = context.progress
        progress.done += report.messages
        progress.bytesDone += report.bytes.bytes
        progress.item = place.item
        context.progress = progress
        context[cursor: "place"] = next?.text ?? "checked"
        return .goOn
    }

    private func open(in context: TaskContext) async throws {
        guard let found = try StoreIdentity.found(in: path) else { throw TaskFailure("There is no mail store in \(path).") }
        guard found.store != context.store.identity?.store || found.generation == 0 else {
            throw TaskFailure("What lies in \(path) is a copy of the mail in use; \"postern storage move\" moves there.")
        }
        let opened = try MailStore(folder: path, logger: context.services.logger)
        let health = opened.health
        guard health.state == .ready || health.state == .spaceLow else {
            await opened.close()
            if case .damaged(let reason) = health.state { throw StoreError.damaged(reason) }
            throw health.refusal ?? .unavailable("it is not open")
        }
        other.withLock { $0 = opened }
    }

    private func exchange(_ other: MailStore, in context: TaskContext) async throws -> TaskStep {
        let directory = context.state.directory
        let accounts = Dictionary(directory.accounts.map { ($0.address, $0.id) }, uniquingKeysWith: { first, _ in first })
        let owners = try await other.owners()
        for owner in owners where accounts[owner.address] == nil {
            context.warn("\(owner.address) has \(owner.messages) messages there and no account here; they are kept apart.")
        }
        try await other.assignOwners(accounts)
        let known = Set(owners.map(\.address))
        for account in directory.accounts where !known.contains(account.address) {
            try await other.provision(account.id, address: account.address, folders: context.services.folders())
            context.log("\(account.address) has no mail there and gets new folders")
        }
        if other.identity?.generation == 0 { try await other.leaveGap() }
        await letGo()
        // From here on nothing is accepted, until the daemon has begun anew on the one store or the other.
        await context.store.close()
        defer { context.services.beginAnew() }
        try context.store.giveWay(toStoreIn: path)
        return .done(
            "The mail in \(path) is in use from now on; what was used before stays where it is, and \"postern storage undo\" goes back to it."
        )
    }

    func letGo() async {
        let open = other.withLock { other in
            defer { other = nil }
            return other
        }
        await open?.close()
    }
}
