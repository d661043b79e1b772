import StateStore
import Testing

@Suite struct TaskStateTests {
    /// Every arrow there is; what is not here leads nowhere.
    static let arrows: [(TaskState, TaskState.Event, TaskState)] = [
        (.queued, .begin, .running), (.queued, .pause, .paused), (.queued, .cancel, .cancelling), (.queued, .interrupted, .queued),
        (.running, .pause, .pausing), (.running, .cancel, .cancelling), (.running, .stepEnded, .running), (.running, .finished, .done),
        (.running, .failed, .failed), (.running, .failedForNow, .queued), (.running, .interrupted, .queued),
        (.pausing, .stepEnded, .paused), (.pausing, .resume, .running), (.pausing, .cancel, .cancelling), (.pausing, .finished, .done),
        (.pausing, .failed, .failed), (.pausing, .failedForNow, .paused), (.pausing, .interrupted, .paused),
        (.paused, .resume, .queued), (.paused, .cancel, .cancelling), (.paused, .interrupted, .paused),
        (.cancelling, .finished, .cancelled), (.cancelling, .failed, .failed), (.cancelling, .interrupted, .cancelling),
        (.failed, .resume, .queued),
    ]

    @Test(arguments: TaskState.allCases)
    func theTableIsWhole(state: TaskState) {
        for event in TaskState.Event.allCases {
            let wanted = Self.arrows.first { $0.0 == state && $0.1 == event }?.2
            #expect(state.after(event) == wanted, "\(state) \(event)")
        }
    }

    @Test func whatIsOverIsOver() {
        #expect(TaskState.allCases.filter(\.isOver) == [.cancelled, .failed, .done])
    }
}
