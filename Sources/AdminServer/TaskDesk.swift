public import AdminContract
public import MailStore

/// Long work and the mail's place, as the handlers ask for them. Whoever runs the tasks fills it; a house without a runner has none.
public struct TaskDesk: Sendable {
    /// What an operator wants done with a task.
    public enum Order: Sendable { case pause, resume, cancel }

    let list: @Sendable () async throws -> TasksList.Answer
    let show: @Sendable (Int64) async throws -> TaskFacts
    let log: @Sendable (Int64) async throws -> TasksLog.Answer
    let start: @Sendable (_ name: String, _ parameters: [String: String], _ by: String, _ limit: Int?) async throws -> TaskFacts
    let order: @Sendable (Order, Int64) async throws -> TaskFacts
    let limit: @Sendable (Int64, Int?) async throws -> TaskFacts
    let watch: @Sendable (Int64) async throws -> AsyncStream<TaskFacts>
    let drives: @Sendable () async throws -> [DriveFacts]
    let survey: @Sendable (_ folder: String, _ sameDrive: Bool) async throws -> CopySurvey
    let storage: @Sendable () async throws -> StorageFacts
    let discardOld: @Sendable (_ evenOtherMail: Bool) async throws -> Void

    public init(
        list: @escaping @Sendable () async throws -> TasksList.Answer, show: @escaping @Sendable (Int64) async throws -> TaskFacts,
        log: @escaping @Sendable (Int64) async throws -> TasksLog.Answer,
        start: @escaping @Sendable (String, [String: String], String, Int?) async throws -> TaskFacts,
        order: @escaping @Sendable (Order, Int64) async throws -> TaskFacts,
        limit: @escaping @Sendable (Int64, Int?) async throws -> TaskFacts,
        watch: @escaping @Sendable (Int64) async throws -> AsyncStream<TaskFacts>,
        drives: @escaping @Sendable () async throws -> [DriveFacts],
        survey: @escaping @Sendable (String, Bool) async throws -> CopySurvey,
        storage: @escaping @Sendable () async throws -> StorageFacts, discardOld: @escaping @Sendable (Bool) async throws -> Void
    ) {
        self.list = list
        self.show = show
        self.log = log
        self.start = start
        self.order = order
        self.limit = limit
        self.watch = watch
        self.drives = drives
        self.survey = survey
        self.storage = storage
        self.discardOld = discardOld
    }
}
