import MailStore
import StateStore

/// Long work in bounded, repeatable steps. Where it stands is in its context's cursor, which outlives a crash; what it holds in
/// memory beside that (an open copy) must be gained again from there.
public protocol BackgroundTask: Sendable {
    static var plan: TaskPlan { get }

    /// Throws what is wrong with the parameters.
    init(_ parameters: [String: String]) throws(TaskFailure)

    /// Does one step; a step that was broken off is done again. It moves some `context.budget` octets at most.
    func step(in context: TaskContext) async throws -> TaskStep

    /// Takes back what a cancel takes back.
    func takeBack(in context: TaskContext) async throws

    /// Lets go of what it holds: it is paused, over, or the daemon ends.
    func letGo() async
}

extension BackgroundTask {
    public func takeBack(in context: TaskContext) async throws {}
    public func letGo() async {}
}

/// How a step has ended.
public enum TaskStep: Sendable {
    case goOn
    /// It was the last one: what came of it, a sentence.
    case done(String)
}

/// Why a task cannot go on: one sentence, and what to do.
public struct TaskFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    /// Whether trying again later may help.
    public let mayPass: Bool

    public init(_ sentence: String, mayPass: Bool = false) {
        description = sentence
        self.mayPass = mayPass
    }

    /// The world's errors in an operator's words.
    public init(_ error: any Error) {
        switch error {
        case let failure as TaskFailure: self = failure
        case StoreError.noSpace:
            self.init("The drive is full; make room, and it goes on by itself.", mayPass: true)
        case let error as StoreError:
            if case .unavailable = error { self.init("\(error)", mayPass: true) } else { self.init("\(error)") }
        case let error as StateError: self.init("\(error)", mayPass: error.kind == .unavailable)
        default: self.init("\(error)")
        }
    }
}
