import MailCore

/// A change of the store, as a value that the writer executes in its group's transaction.
///
/// Its SQL stands in its own file; callers never see a table. What it touches takes one MODSEQ, counters change in the same step,
/// watchers are told after the commit. A verb that throws leaves nothing behind and spoils none of the others.
protocol StoreVerb: Sendable {
    associatedtype Outcome: Sendable

    /// The message whose bytes must be durable before the index points to them.
    var message: FinishedMessage? { get }

    /// Whether it makes the store larger, and is refused when space is low.
    var needsSpace: Bool { get }

    /// False for what may be forgotten in a crash: then no sync is paid for it alone.
    var isDurable: Bool { get }

    func execute(in transaction: WriteTransaction) throws(StoreError) -> Outcome
}

extension StoreVerb {
    var message: FinishedMessage? { nil }
    var needsSpace: Bool { false }
    var isDurable: Bool { true }
}

/// A message that has come in whole, with all that its record and its row need.
struct FinishedMessage: Sendable {
    var incoming: IncomingMessage
    var header: PackRecord.Header
    /// An encoded `MessageSummary`.
    var summary: [UInt8]
}

/// A verb that waits for the writer, with the session that waits for its outcome.
class PendingVerb: @unchecked Sendable {
    // Made by a session, then the writer's alone until it resumes the session: never two threads at once.

    var message: FinishedMessage? { nil }
    var needsSpace: Bool { false }
    var isDurable: Bool { true }
    /// Where the writer put the message's bytes.
    var place: StoredMessage?

    /// Answers whether it succeeded.
    func execute(in transaction: WriteTransaction) -> Bool { preconditionFailure("PendingVerb is abstract") }
    func fail(_ error: StoreError) {}
    /// Resumes the session, after the commit.
    func finish() {}
}

/// One verb and its session. `@unchecked Sendable` for the reason above: it goes from the session to the writer, whole.
final class WaitingVerb<Verb: StoreVerb>: PendingVerb, @unchecked Sendable {
    private let verb: Verb
    private let done: @Sendable (Result<Verb.Outcome, StoreError>) -> Void
    private var outcome: Result<Verb.Outcome, StoreError> = .failure(.unavailable("it was not executed"))

    /// `done` hears the outcome after the commit, on the writer's thread.
    init(_ verb: Verb, _ done: @escaping @Sendable (Result<Verb.Outcome, StoreError>) -> Void) {
        self.verb = verb
        self.done = done
    }

    override var message: FinishedMessage? { verb.message }
    override var needsSpace: Bool { verb.needsSpace }
    override var isDurable: Bool { verb.isDurable }

    override func execute(in transaction: WriteTransaction) -> Bool {
        do {
            outcome = .success(try verb.execute(in: transaction))
            return true
        } catch {
            outcome = .failure(error)
            return false
        }
    }

    override func fail(_ error: StoreError) { outcome = .failure(error) }
    override func finish() { done(outcome) }
}
