import Housekeeping
import Synchronization

/// A clock that a test turns: whoever sleeps wakes when it has come to his time.
final class HandClock: Sendable {
    private struct State {
        var now = Duration.seconds(1_000_000)
        var last = 0
        var sleepers: [Int: (until: Duration, wake: CheckedContinuation<Bool, Never>)] = [:]
    }
    private let state = Mutex(State())

    var clock: TaskClock {
        TaskClock(
            now: { self.state.withLock { $0.now } },
            sleep: { duration in try await self.sleep(duration) })
    }

    private func sleep(_ duration: Duration) async throws {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        let isOver = await withTaskCancellationHandler {
            await withCheckedContinuation { (wake: CheckedContinuation<Bool, Never>) in
                let isNow = state.withLock { state in
                    if Task.isCancelled || duration <= .zero { return true }
                    state.sleepers[number] = (state.now + duration, wake)
                    return false
                }
                if isNow { wake.resume(returning: !Task.isCancelled) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: number) }?.wake.resume(returning: false)
        }
        guard isOver else { throw CancellationError() }
    }

    func advance(by duration: Duration) {
        let awake = state.withLock { state in
            state.now += duration
            let now = state.now
            let due = state.sleepers.filter { $0.value.until <= now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.map(\.wake)
        }
        for wake in awake { wake.resume(returning: true) }
    }
}
