/// Where a piece of long work stands.
///
/// | state | means | leaves it by |
/// |---|---|---|
/// | queued | asked for; waits for its turn, for what excludes it, or for its next try | begin → running, pause → paused, cancel → cancelling |
/// | running | works, step by step | pause → pausing, cancel → cancelling, a step that may succeed later → queued, one that cannot → failed, the last one → done |
/// | pausing | the step that was begun ends first | that → paused, its failure → queued or failed, its being the last → done, cancel → cancelling |
/// | paused | waits for somebody | resume → queued, cancel → cancelling |
/// | cancelling | takes back what was begun | that → cancelled, its failure → failed |
/// | cancelled | over | – |
/// | failed | over, unless somebody resumes it | resume → queued |
/// | done | over | – |
///
/// An end of the daemon is no event: what was running or pausing is found so at the next start, and begins again (``interrupted``).
public enum TaskState: String, Sendable, CaseIterable {
    case queued, running, pausing, paused, cancelling, cancelled, failed, done

    /// What happens to a task.
    public enum Event: Sendable, CaseIterable {
        case begin, pause, resume, cancel
        /// A step has ended, and more are to come.
        case stepEnded
        case finished, failed
        /// The cause may pass: it is tried again.
        case failedForNow
        /// The daemon is there again after an end that came in between.
        case interrupted
    }

    /// Where the event leads; `nil` when it makes no sense here.
    public func after(_ event: Event) -> TaskState? {
        switch (self, event) {
        case (.queued, .begin): .running
        case (.queued, .pause): .paused
        case (.queued, .cancel), (.running, .cancel), (.pausing, .cancel), (.paused, .cancel): .cancelling
        case (.running, .pause): .pausing
        case (.running, .stepEnded): .running
        case (.pausing, .stepEnded): .paused
        case (.pausing, .resume): .running
        case (.paused, .resume), (.failed, .resume): .queued
        case (.running, .finished), (.pausing, .finished): .done
        case (.cancelling, .finished): .cancelled
        case (.running, .failed), (.pausing, .failed), (.cancelling, .failed): .failed
        case (.running, .failedForNow): .queued
        case (.pausing, .failedForNow): .paused
        case (.running, .interrupted): .queued
        case (.pausing, .interrupted): .paused
        case (.queued, .interrupted), (.paused, .interrupted), (.cancelling, .interrupted): self
        default: nil
        }
    }

    /// Nothing more comes of it by itself.
    public var isOver: Bool { [.cancelled, .failed, .done].contains(self) }
}
