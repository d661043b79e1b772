internal import Synchronization

/// Looks at drives on threads of their own, because one that hangs holds whoever asks it anything, and waits a while for each.
public final class DriveLooks<Facts: Sendable>: Sendable {
    /// Who waits for a look that is going on, by the drive's path. A drive that hangs holds one thread, however often it is asked for.
    private let waiting = Mutex<[String: [AsyncStream<Facts>.Continuation]]>([:])
    private let patience: Duration

    /// Three seconds: a disk that has to spin up may take that long for a sync; whoever looks at a list does not want to wait longer.
    public init(patience: Duration = .seconds(3)) { self.patience = patience }

    /// What `body` finds out; `nil` when the drive does not answer in time.
    public func look(_ drive: String, _ body: @escaping @Sendable () -> Facts) async -> Facts? {
        let (answers, answer) = AsyncStream.makeStream(of: Facts.self)
        let isFirst = waiting.withLock { waiting in
            waiting[drive, default: []].append(answer)
            return waiting[drive]?.count == 1
        }
        if isFirst {
            SystemThread.start("a look at a drive") { [self] in
                let facts = body()
                for each in waiting.withLock({ $0.removeValue(forKey: drive) }) ?? [] {
                    each.yield(facts)
                    each.finish()
                }
            }
        }
        let timer = Task { [patience] in
            try await Task.sleep(for: patience)
            answer.finish()
        }
        defer { timer.cancel() }
        return await answers.first { _ in true }
    }
}
