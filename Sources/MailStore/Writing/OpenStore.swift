import Logging
import MailCore
import NIOCore

/// The open store on the writer's side: the pack being filled, the transaction, the log. The writer's thread only.
final class OpenStore {
    let engine: Engine
    private let transaction: WriteTransaction
    private var pack: PackWriter
    private let workers: WorkerPool
    private let configuration: StoreConfiguration
    private(set) var isDistrusted = false
    private var commitsSinceCheckpoint = 0

    /// The log is copied into the database after this many commits (some 10 MiB of it), or when there is nothing to do.
    private static let checkpointCommits = 256

    init(_ engine: Engine, configuration: StoreConfiguration, workers: WorkerPool) throws(StoreError) {
        self.engine = engine
        self.workers = workers
        self.configuration = configuration
        transaction = try WriteTransaction(engine.index)
        let size = Int64(configuration.packSize.bytes)
        if let (number, end) = try Self.cleanEnd(engine) {
            pack = try PackWriter(continuing: number, at: end, in: engine.packs, packSize: size, workers: workers)
            try Self.forgetCleanEnd(engine)
        } else {
            // An index that cannot be written is tried again and again: no try leaves a pack behind.
            try Self.forgetCleanEnd(engine)
            pack = try PackWriter(number: try Self.nextNumber(engine), in: engine.packs, packSize: size, workers: workers)
        }
    }

    /// Where the last clean end left its pack, if it was one.
    private static func cleanEnd(_ engine: Engine) throws(StoreError) -> (Int64, Int64)? {
        guard try engine.index.statement("SELECT 1 FROM meta WHERE key = 'clean'").first({ _ in true }) == true else { return nil }
        return try engine.index.statement("SELECT id, bytes FROM pack ORDER BY id DESC LIMIT 1").first { ($0.int64(0), $0.int64(1)) }
    }

    private static func forgetCleanEnd(_ engine: Engine) throws(StoreError) {
        try engine.index.statement("DELETE FROM meta WHERE key = 'clean'").run()
    }

    /// A number behind all packs, those that the index does not know included.
    private static func nextNumber(_ engine: Engine) throws(StoreError) -> Int64 {
        let inIndex = try engine.index.statement("SELECT max(id) FROM pack").first { $0.int64(0) } ?? 0
        let inFolder = try engine.packs.names().compactMap(PackName.number).max() ?? 0
        return max(inIndex, inFolder) + 1
    }

    /// What watchers are told after a commit.
    struct Changes {
        var mailboxes: Set<MailboxID> = []
        var queue = QueueNews()
    }

    /// Executes the verbs as one group; answers what changed. A throw means that none of it happened.
    func commit(_ verbs: [PendingVerb]) throws(StoreError) -> Changes {
        transaction.begin(keepsTrace: configuration.keepsTrace() > .zero)
        var isDurable = false
        for verb in verbs {
            if verb.isDurable { isDurable = true }
            if let message = verb.message { verb.place = try place(message) }
        }
        guard isDurable else {
            for verb in verbs { try transaction.perform(verb) }
            return Changes()
        }
        // The drive takes the records while the changes are executed; nothing points to them before they are synced.
        try pack.write()
        try statement("BEGIN IMMEDIATE").run()
        do throws(StoreError) {
            for verb in verbs { try transaction.perform(verb) }
            try transaction.savePacks(open: (pack.number, pack.end))
            try pack.sync()
            try statement("COMMIT").run()
        } catch {
            if engine.index.isInTransaction { _ = try? statement("ROLLBACK").run() }
            transaction.forgetMailboxes()
            throw error
        }
        commitsSinceCheckpoint += 1
        if commitsSinceCheckpoint >= Self.checkpointCommits { checkpoint() }
        return Changes(
            mailboxes: transaction.changed, queue: QueueNews(fresh: transaction.arrived, destinations: transaction.queued))
    }

    /// Puts the message's bytes where the index may point to them once they are synced.
    private func place(_ message: FinishedMessage) throws(StoreError) -> StoredMessage {
        let incoming = message.incoming
        let place: (pack: Int64, offset: Int64)
        if let spool = incoming.spool {
            let number = try pack.numberForSpool()
            try spool.become(PackName.file(number), in: engine.packs)
            place = (number, Int64(PackRecord.spoolBodyOffset))
        } else {
            let header = PackRecord.encode(message.header)
            place = try incoming.memory.withUnsafeReadableBytes { (body) throws(StoreError) in try pack.stage(header: header, body: body) }
        }
        return StoredMessage(
            id: incoming.id, size: incoming.size, pack: place.pack, offset: place.offset, checksum: incoming.checksum)
    }

    /// The highest message id that was ever given here.
    var newestMessage: MessageID { transaction.newest }

    /// The pack that is appended to, and its committed end; between batches.
    var openPack: (number: Int64, end: Int64) { (pack.number, pack.end) }

    /// Something could not be written or synced: nothing more is believed of the pack or the log until ``reprove()``.
    func distrust() {
        isDistrusted = true
        transaction.forgetMailboxes()
    }

    /// A new pack and a commit, both synced: then the drive is believed again. What the failed batch left in the old pack
    /// belongs to nobody.
    func reprove() throws(StoreError) {
        pack.close()
        // An attempt that came to nothing has left one without a record.
        if pack.isEmpty { try engine.packs.remove(PackName.file(pack.number)) }
        pack = try PackWriter(
            number: try Self.nextNumber(engine), in: engine.packs, packSize: Int64(configuration.packSize.bytes), workers: workers)
        try statement("BEGIN IMMEDIATE").run()
        do throws(StoreError) {
            let proof = try statement("INSERT INTO meta(key, value) VALUES('proof', ?1) ON CONFLICT(key) DO UPDATE SET value = ?1")
            proof.bind(1, unixMicroseconds())
            try proof.run()
            try statement("COMMIT").run()
        } catch {
            if engine.index.isInTransaction { _ = try? statement("ROLLBACK").run() }
            throw error
        }
        isDistrusted = false
    }

    /// Nothing waits: a good time for the log.
    func rest() {
        if commitsSinceCheckpoint > 0 && !isDistrusted { checkpoint() }
    }

    private func checkpoint() {
        commitsSinceCheckpoint = 0
        // A log that a reader holds is copied as far as it goes, the rest next time; an error shows in the next commit.
        _ = try? engine.index.checkpoint()
    }

    /// A clean end: the next start goes on in this pack.
    func close() {
        pack.close()
        if !isDistrusted {
            checkpoint()
            do throws(StoreError) {
                try statement("INSERT OR REPLACE INTO meta(key, value) VALUES('clean', 1)").run()
            } catch {
                // The next start takes a new pack, that is all.
            }
        }
        engine.index.close()
    }

    /// The drive is gone: nothing is written any more.
    func abandon() {
        pack.close()
        engine.index.close()
    }

    private func statement(_ sql: StaticString) throws(StoreError) -> HeldStatement { try engine.index.statement(sql) }
}
