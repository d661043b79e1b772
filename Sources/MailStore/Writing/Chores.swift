import Synchronization

/// What has to be done on the writer's thread, and many verbs at once.
extension MailStore {
    /// Runs `body` on the writer's thread between two batches, on the open store: nothing is written meanwhile and everybody waits.
    /// Throws `.unavailable` when the store cannot be written.
    func betweenBatches<T: Sendable>(_ body: @escaping @Sendable (OpenStore) throws(StoreError) -> T) async throws(StoreError) -> T {
        try await onWriter { (writer) throws(StoreError) in
            guard let open = writer.open, !open.isDistrusted else { throw self.availability.refusal ?? .unavailable("it is not open") }
            return try body(open)
        }
    }

    func onWriter<T: Sendable>(_ body: @escaping @Sendable (Writer) throws(StoreError) -> T) async throws(StoreError) -> T {
        let outcome = await withCheckedContinuation { (continuation: CheckedContinuation<Result<T, StoreError>, Never>) in
            let isTaken = writer.submit { writer in
                continuation.resume(returning: Result { () throws(StoreError) in try body(writer) })
            }
            if !isTaken { continuation.resume(returning: .failure(.unavailable("it is closed"))) }
        }
        return try outcome.get()
    }

    /// Hands all verbs to the writer in this order and waits for all of them: they share commits. Outcomes are in the same order.
    func performAll<Verb: StoreVerb>(_ verbs: [Verb]) async -> [Result<Verb.Outcome, StoreError>] {
        guard !verbs.isEmpty else { return [] }
        let outcomes = Mutex<(missing: Int, found: [Result<Verb.Outcome, StoreError>?])>(
            (verbs.count, Array(repeating: nil, count: verbs.count)))
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            for (place, verb) in verbs.enumerated() {
                writer.submit(
                    WaitingVerb(verb) { outcome in
                        let isLast = outcomes.withLock { outcomes in
                            outcomes.found[place] = outcome
                            outcomes.missing -= 1
                            return outcomes.missing == 0
                        }
                        if isLast { continuation.resume() }
                    })
            }
        }
        return outcomes.withLock { $0.found.compactMap { $0 } }
    }

    /// Verbs and reads that wait now, and all verbs that were ever taken up. Long work looks at it and gives way.
    public var load: (waiting: Int, taken: Int) {
        let (waiting, taken) = writer.load
        return (waiting + readers.waitingReads, taken)
    }
}
