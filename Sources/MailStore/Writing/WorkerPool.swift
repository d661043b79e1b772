/// A few threads for what may block and needs no index: spool files, preparing packs.
final class WorkerPool: @unchecked Sendable {
    /// `waiting` and `isClosed` are touched inside the gate only.
    private let gate = Gate()
    private var waiting: [@Sendable () -> Void] = []
    private var isClosed = false

    /// `givesWay`: what is computed here waits for everybody else.
    init(threads: Int, name: String = "store-work", givesWay: Bool = false) {
        for number in 1...threads {
            startThread("\(name)-\(number)", givesWay: givesWay) { [gate] in
                while true {
                    let next: (@Sendable () -> Void)? = gate.locked {
                        while self.waiting.isEmpty && !self.isClosed { gate.wait() }
                        return self.waiting.isEmpty ? nil : self.waiting.removeFirst()
                    }
                    guard let next else { return }
                    next()
                }
            }
        }
    }

    func submit(_ body: @escaping @Sendable () -> Void) {
        gate.locked {
            waiting.append(body)
            gate.wakeOne()
        }
    }

    /// Runs `body` on one of the threads; the caller's thread is free meanwhile.
    func run<T: Sendable>(_ body: @escaping @Sendable () throws(StoreError) -> T) async throws(StoreError) -> T {
        let outcome = await withCheckedContinuation { (continuation: CheckedContinuation<Result<T, StoreError>, Never>) in
            submit { continuation.resume(returning: Result(catching: body)) }
        }
        return try outcome.get()
    }

    /// What waits is still done; then the threads end.
    func close() {
        gate.locked {
            isClosed = true
            gate.wakeAll()
        }
    }
}
