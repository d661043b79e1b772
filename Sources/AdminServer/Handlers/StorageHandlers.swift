internal import AdminContract
internal import MailCore
internal import MailStore

/// `drives`, `storage …`
struct StorageHandlers: Sendable {
    let services: AdminServices

    func register(in table: inout HandlerTable) {
        table.add(DrivesList.self) { _ in DrivesList.Answer(drives: try await services.desk().drives()) }
        table.add(StorageStatus.self) { _ in try await services.desk().storage() }
        table.add(StorageMove.self) { try await move($0) }
        table.add(StorageUndo.self) { _ in
            guard let old = try await services.desk().storage().old else {
                throw AdminRefusal(.conflict, "Nothing is left of an earlier place; there is no move to undo.")
            }
            return try await services.desk().start("move-store", ["path": old.path, "same-drive": "yes"], "an operator", nil)
        }
        table.add(StorageDiscardOld.self) { _ in
            guard let old = try await services.desk().storage().old else {
                throw AdminRefusal(.conflict, "There is no old copy of the mail.")
            }
            try await services.desk().discardOld()
            return StorageDiscardOld.Answer(path: old.path)
        }
    }

    private func move(_ asked: StorageMove) async throws -> StorageMoveFacts {
        let desk = try services.desk()
        let limit = try asked.limit.flatMap(TaskHandlers.rate)
        let survey = try await desk.survey(asked.path, asked.sameDrive ?? false)
        var facts = StorageMoveFacts(
            task: nil, neededSpace: survey.needed.bytes, freeSpace: survey.free.bytes, packs: survey.packs,
            thereAlready: survey.proven.bytes, estimate: survey.seconds(limit: limit), problems: survey.problems,
            existing: existing(survey, at: asked.path))
        let isForeign = survey.existing != nil && !survey.isOldCopy
        if asked.adopt == true, !isForeign { facts.problems.append("There is no other mail store in \(asked.path) to adopt.") }
        if asked.adopt != true, isForeign { facts.problems.append("\(asked.path) holds another mail store; --adopt uses it as it is.") }
        // Nothing is copied to a store that is used as it is: room and the like do not matter.
        if asked.adopt == true, isForeign { facts.problems = [] }
        if asked.dryRun == true { return facts }
        guard facts.problems.isEmpty else { throw AdminRefusal(.conflict, facts.problems.joined(separator: " ")) }
        var parameters = ["path": asked.path]
        if asked.adopt != true, asked.sameDrive == true { parameters["same-drive"] = "yes" }
        facts.task = try await desk.start(asked.adopt == true ? "adopt-store" : "move-store", parameters, "an operator", limit)
        return facts
    }

    private func existing(_ survey: CopySurvey, at path: String) -> String? {
        guard let existing = survey.existing else { return nil }
        if survey.isOldCopy { return "An older copy of this mail lies in \(path); what has not changed is not copied again." }
        return """
            Another mail store (\(existing.store)) lies in \(path). With --adopt it is used in place of the mail used now: owners are \
            matched by address, accounts that it lacks get new folders, nothing is copied and nothing is overwritten.
            """
    }
}
