internal import AdminContract
internal import MailCore
internal import MailStore
internal import StateStore

/// `drives`, `storage …`
struct StorageHandlers: Sendable {
    let services: AdminServices

    func register(in table: inout HandlerTable) {
        table.add(DrivesList.self) { _ in DrivesList.Answer(drives: try await services.desk().drives()) }
        table.add(StorageStatus.self) { _ in try await services.desk().storage() }
        table.add(StorageMove.self) { try await move($0) }
        table.add(StorageUndo.self) { try await undo($0) }
        table.add(StorageDiscardOld.self) { asked in
            guard let old = try await services.desk().storage().old else {
                throw AdminRefusal(.conflict, "There is no old copy of the mail.")
            }
            try await services.desk().discardOld(asked.otherMail ?? false)
            return StorageDiscardOld.Answer(path: old.path)
        }
    }

    private func undo(_ asked: StorageUndo) async throws -> TaskFacts {
        let desk = try services.desk()
        let limit = try asked.limit.flatMap(TaskHandlers.rate)
        guard let old = try await desk.storage().old else {
            throw AdminRefusal(.conflict, "Nothing is left of an earlier place; there is no move to undo.")
        }
        try await refuseASecond(desk)
        // Back to a store that another one or a backup was used in place of, or to an older copy of this one; never into an empty
        // mount point.
        let survey = try await desk.survey(old.path, true)
        guard let existing = survey.existing else {
            throw AdminRefusal(.conflict, "The old copy in \(old.path) is not there; is its drive mounted?")
        }
        guard survey.isOldCopy || existing.store == services.store.identity?.store else {
            return try await desk.start("adopt-store", ["path": old.path], "an operator", limit)
        }
        return try await desk.start("move-store", ["path": old.path, "same-drive": "yes"], "an operator", limit)
    }

    private func move(_ asked: StorageMove) async throws -> StorageMoveFacts {
        let desk = try services.desk()
        let limit = try asked.limit.flatMap(TaskHandlers.rate)
        if asked.dryRun != true { try await refuseASecond(desk) }
        let survey: CopySurvey
        do { survey = try await desk.survey(asked.path, asked.sameDrive ?? false) } catch let error as StoreError {
            throw AdminRefusal(.conflict, "\(error)")
        }
        var facts = StorageMoveFacts(
            task: nil, neededSpace: survey.needed.bytes, freeSpace: survey.free.bytes, packs: survey.packs,
            thereAlready: survey.proven.bytes, estimate: survey.seconds(limit: limit), problems: survey.problems,
            existing: try await existing(survey, at: asked.path))
        let isForeign = survey.existing != nil && !survey.isOldCopy
        if asked.adopt == true, !isForeign { facts.problems.append("There is no other mail store in \(asked.path) to adopt.") }
        // Nothing is copied to a store that is used as it is: room and the like do not matter.
        if isForeign { facts.problems = asked.adopt == true ? [] : ["\(asked.path) holds another mail store; --adopt uses it as it is."] }
        if asked.dryRun == true { return facts }
        guard facts.problems.isEmpty else {
            throw AdminRefusal(.conflict, (facts.problems + [isForeign ? facts.existing : nil].compactMap { $0 }).joined(separator: "\n"))
        }
        var parameters = ["path": asked.path]
        if asked.adopt != true, asked.sameDrive == true { parameters["same-drive"] = "yes" }
        facts.task = try await desk.start(asked.adopt == true ? "adopt-store" : "move-store", parameters, "an operator", limit)
        return facts
    }

    /// Before the drive is looked at: a move that is under way is writing to it.
    private func refuseASecond(_ desk: TaskDesk) async throws {
        guard let task = try await desk.storage().moving else { return }
        throw AdminRefusal(.conflict, "\(task.name) is at work already, as task \(task.id); wait for its end, or cancel it.")
    }

    private func existing(_ survey: CopySurvey, at path: String) async throws -> String? {
        guard let existing = survey.existing else { return nil }
        if survey.isOldCopy { return "An older copy of this mail lies in \(path); what has not changed is not copied again." }
        guard let there = try StoreGlance(of: path) else { return nil }
        let here = try await services.store.owners()
        return AdoptionOutlook(
            folder: path, there: there, here: Dictionary(here.map { ($0.address, $0.messages) }, uniquingKeysWith: +),
            accounts: services.state.directory.accounts.map(\.address), isBackup: existing.store == services.store.identity?.store
        ).text
    }
}
