import Synchronization

/// One step against its limit. A step that hangs in the drive cannot be ended; it is left behind, and its end is noticed.
final class StepRace: Sendable {
    struct TookTooLong: Error {}

    private let waiter = Mutex<CheckedContinuation<Result<TaskStep, any Error>, Never>?>(nil)
    private let alarm = Mutex<Task<Void, Never>?>(nil)

    static func run(
        _ limit: Duration, _ clock: TaskClock, whenLate ended: @escaping @Sendable () -> Void,
        _ step: @escaping @Sendable () async throws -> TaskStep
    ) async -> Result<TaskStep, any Error> {
        let race = StepRace()
        let outcome = await withCheckedContinuation { continuation in
            race.waiter.withLock { $0 = continuation }
            let timer = Task {
                if (try? await clock.sleep(limit)) != nil { _ = race.finish(.failure(TookTooLong())) }
            }
            race.alarm.withLock { $0 = timer }
            Task {
                let result: Result<TaskStep, any Error>
                do { result = .success(try await step()) } catch { result = .failure(error) }
                if !race.finish(result) { ended() }
            }
        }
        race.alarm.withLock { $0 }?.cancel()
        return outcome
    }

    /// Answers whether this was the first to come.
    private func finish(_ result: Result<TaskStep, any Error>) -> Bool {
        guard let waiting = waiter.withLock({ $0.take() }) else { return false }
        waiting.resume(returning: result)
        return true
    }
}
