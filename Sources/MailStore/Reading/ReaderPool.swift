import MailCore
import Synchronization

/// The reader threads. Each has a connection of its own and serves one short read after the other, in the order they came.
final class ReaderPool: @unchecked Sendable {
    /// `waiting`, `isClosed` and `renewals` are touched inside the gate only.
    private let gate = Gate()
    private var waiting: [(Result<StoreReader, StoreError>) -> Void] = []
    private var isClosed = false
    private var renewals = 0
    private let store: MailStore

    init(threads: Int, name: String = "store-read", givesWay: Bool = false, store: MailStore) {
        self.store = store
        for number in 1...max(1, threads) {
            startThread("\(name)-\(number)", givesWay: givesWay) { [self] in run() }
        }
    }

    private func run() {
        var reader: StoreReader?
        var seen = 0
        while true {
            let next: ((Result<StoreReader, StoreError>) -> Void)? = gate.locked {
                while waiting.isEmpty && !isClosed && seen == renewals { gate.wait() }
                guard waiting.isEmpty else { return waiting.removeFirst() }
                if isClosed { return nil }
                seen = renewals
                return { _ in }
            }
            guard let next else { break }
            next(current(&reader))
        }
        reader?.close()
    }

    /// The thread's reader of the store as it is open now. The drive may have come back, or another store may lie there: an old
    /// connection belongs to the old one.
    private func current(_ reader: inout StoreReader?) -> Result<StoreReader, StoreError> {
        let engine = store.engine
        if let reader, reader.engine === engine { return .success(reader) }
        reader?.close()
        reader = nil
        guard let engine else { return .failure(store.availability.refusal ?? .unavailable("it is not open")) }
        return Result { () throws(StoreError) in
            let opened = try StoreReader(engine)
            reader = opened
            return opened
        }
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (StoreSnapshot) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let recent = store.recent
            let job: (Result<StoreReader, StoreError>) -> Void = { [store] reader in
                let outcome = Result { try reader.get().read(recent: recent, body) }
                if case .failure(let error as StoreError) = outcome { store.met(error) }
                continuation.resume(with: outcome)
            }
            let isTooLate = gate.locked {
                if !isClosed {
                    waiting.append(job)
                    gate.wakeOne()
                }
                return isClosed
            }
            if isTooLate { continuation.resume(throwing: StoreError.unavailable("it is closed")) }
        }
    }

    /// Reads that no thread has taken up yet.
    var waitingReads: Int { gate.locked { waiting.count } }

    /// Another store is open: every thread lets go of the old one's files, so that its drive can be taken away.
    func renew() {
        gate.locked {
            renewals += 1
            gate.wakeAll()
        }
    }

    func close() {
        gate.locked {
            isClosed = true
            gate.wakeAll()
        }
    }
}

/// One reader thread's connection.
final class StoreReader {
    let engine: Engine
    private let connection: IndexConnection

    init(_ engine: Engine) throws(StoreError) {
        self.engine = engine
        connection = try IndexConnection(path: engine.indexPath, .reader)
    }

    /// Runs `body` on one state of the index, whatever is committed meanwhile.
    func read<T>(recent: RecentMessages, _ body: (StoreSnapshot) throws -> T) throws -> T {
        try connection.statement("BEGIN").run()
        defer { _ = try? connection.statement("COMMIT").run() }
        return try body(StoreSnapshot(connection: connection, packs: engine.packReader, recent: recent))
    }

    func close() { connection.close() }
}

/// Up to where the messages of a mailbox have been claimed as `\Recent`, where that is newer than what the index says.
final class RecentMessages: Sendable {
    private let claimed = Mutex<[MailboxID: UID]>([:])

    func claimed(_ mailbox: MailboxID) -> UID? { claimed.withLock { $0[mailbox] } }
    func claim(_ mailbox: MailboxID, upTo next: UID) { claimed.withLock { $0[mailbox] = next } }
}
