public import Logging
public import MailCore
public import MessageFormat
import Synchronization

/// Mailboxes and messages: packs of bytes, an index that is the truth, one writer, readers that never wait for it.
///
/// Everything that changes the store is a verb: durable when it returns, never torn, in the group commit of all that waited.
/// A store lives until ``close()``: its threads hold it.
public final class MailStore: Sendable {
    let configuration: StoreConfiguration
    let availability: Availability
    let workers: WorkerPool
    let watchers = Watchers()
    let leases = QueueLeases()
    let queueWatchers: QueueWatchers
    /// What time it is for the queue.
    public let queueClock: QueueClock
    let recent = RecentMessages()
    /// Messages whose octets are coming in.
    let arriving = Atomic<Int>(0)
    /// For long work on files: it must not keep spool files and the packs' preparation waiting.
    let upkeep: WorkerPool
    private let home: Mutex<String>
    private let logger: Logger
    private let limits: StructureLimits
    private let opened = Mutex<Engine?>(nil)
    private let hasQueueTime = Mutex(false)
    private let owners = Mutex<[MailboxID: LocalRecipient]>([:])
    private let lastID = Mutex<Int64>(0)
    /// Set once, in `init`.
    nonisolated(unsafe) private(set) var writer: Writer!
    nonisolated(unsafe) private(set) var readers: ReaderPool!
    /// Threads for reads that take long, so that short ones never stand behind them; the second has work in a hurried check only.
    nonisolated(unsafe) private(set) var longReaders: ReaderPool!

    /// Opens `folder`/postern-mail, or makes it on a new installation. When the drive is not there the store begins unavailable and
    /// heals by itself; likewise when its index is lost or damaged, until there is another one. Why is in ``health``. Throws when a
    /// newer Postern wrote it.
    public init(
        folder: String, configuration: StoreConfiguration = StoreConfiguration(), structureLimits: StructureLimits = StructureLimits(),
        logger: Logger
    ) throws {
        home = Mutex(folder)
        self.configuration = configuration
        self.logger = logger
        limits = structureLimits
        queueClock = QueueClock(configuration.queueClock)
        queueWatchers = QueueWatchers(leases)
        availability = Availability(floor: configuration.freeSpaceFloor)
        workers = WorkerPool(threads: 2)
        upkeep = WorkerPool(threads: 3, name: "store-upkeep", givesWay: true)
        var open: OpenStore?
        do {
            open = try openStore()
        } catch let error as StoreError {
            if case .tooNew = error { throw error }
            _ = availability.becomes(error)
            _ = availability.meets(error)
        }
        readers = ReaderPool(threads: configuration.readers, store: self)
        longReaders = ReaderPool(threads: 2, name: "store-long-read", givesWay: true, store: self)
        writer = Writer(store: self, open: open)
        writer.start()
        if open != nil { purgeLeftovers() }
    }

    /// Commits what waits and ends. Every verb and read afterwards throws `.unavailable`.
    public func close() async {
        await writer.close()
        readers.close()
        longReaders.close()
        workers.close()
        upkeep.close()
    }

    /// What the store can do now.
    public var health: StoreHealth {
        if let engine { availability.measure(engine.root) }
        return availability.health
    }

    // MARK: messages

    /// A message that begins to come in. It has its name from now on.
    public func newMessage() -> IncomingMessage {
        let id = lastID.withLock { last in
            last = max(last + 1, configuration.clock())
            return last
        }
        return IncomingMessage(id: MessageID(id), store: self, limits: limits)
    }

    /// A copy of a message that is there already, on its way to another pack.
    func messageAgain(_ id: MessageID) -> IncomingMessage { IncomingMessage(id: id, store: self, limits: limits) }

    /// Puts the message into the mailboxes of all recipients, in one commit.
    public func deliver(_ message: IncomingMessage, to recipients: [LocalRecipient]) async throws(StoreError) {
        try await deliver(message, to: recipients, queue: nil)
    }

    /// Adds the message to one mailbox. `internalDate`: Unix seconds. RFC 9051 §6.3.12
    public func append(
        _ message: IncomingMessage, to mailbox: MailboxID, flags: Flags, keywords: [String], internalDate: Int64
    ) async throws(StoreError) -> AppendResult {
        let finished = try await finish(message, internalDate: internalDate, flags: flags, deliveries: try await owner(of: mailbox))
        return try await perform(Append(finished: finished, mailbox: mailbox, flags: flags, keywords: keywords))
    }

    /// Copies messages, all or none. RFC 9051 §6.4.7
    public func copy(_ uids: UIDSet, from source: MailboxID, to destination: MailboxID) async throws(StoreError) -> CopyResult {
        try await perform(CopyMessages(uids: uids, source: source, destination: destination))
    }

    /// Moves messages, all or none. RFC 6851 §3
    public func move(_ uids: UIDSet, from source: MailboxID, to destination: MailboxID) async throws(StoreError) -> CopyResult {
        try await perform(MoveMessages(uids: uids, source: source, destination: destination))
    }

    /// Takes away the messages with `\Deleted`, or those of them in the set; answers which, ascending. RFC 9051 §6.4.3, §6.4.9
    public func expunge(_ mailbox: MailboxID, only uids: UIDSet? = nil) async throws(StoreError) -> [UID] {
        var expunged: [UID] = []
        var rest = uids ?? UIDSet([1...UID.max])
        while !rest.isEmpty {
            let step = try await perform(Expunge(mailbox: mailbox, uids: rest))
            expunged += step.expunged
            rest = step.rest
        }
        return expunged
    }

    /// Takes messages away whatever their flags, all or none; answers how many of them were still there. When it throws none is gone.
    /// Many go in steps: it is decided in one commit, and what a crash or a drive that goes away leaves goes later. RFC 1939 §6
    public func remove(_ uids: UIDSet, from mailbox: MailboxID) async throws(StoreError) -> Int {
        if let removed = try await perform(RemoveMessages(uids: uids, mailbox: mailbox)) { return removed }
        do throws(StoreError) {
            return try await finishRemovals(from: mailbox)
        } catch {
            return uids.count
        }
    }

    /// Takes away what ``remove(_:from:)`` has decided and not done yet; answers how many went.
    @discardableResult
    public func finishRemovals(from mailbox: MailboxID) async throws(StoreError) -> Int {
        var removed = 0
        while let more = try await perform(RemovalStep(mailbox: mailbox)) { removed += more }
        return removed
    }

    /// Changes flags; answers every message of the set with its flags afterwards, ascending. Names of keywords that the mailbox
    /// does not have are made unless they are to be removed. RFC 9051 §6.4.6
    public func setFlags(
        _ uids: UIDSet, in mailbox: MailboxID, _ change: FlagChange, keywords: [String] = []
    ) async throws(StoreError) -> [FlagResult] {
        var results: [FlagResult] = []
        var rest = uids
        while !rest.isEmpty {
            let step = try await perform(SetFlags(mailbox: mailbox, uids: rest, change: change, keywords: keywords))
            results += step.results
            rest = step.rest
        }
        return results
    }

    // MARK: mailboxes

    /// RFC 9051 §6.3.4; `.noSuchMailbox` when the account was never provisioned.
    public func createMailbox(_ name: String, of account: AccountID, specialUse: SpecialUse? = nil) async throws(StoreError) -> MailboxID {
        try await perform(CreateMailbox(name: name, account: account, specialUse: specialUse))
    }

    /// What is below it goes with it; INBOX is emptied into the new one. RFC 9051 §6.3.6
    public func renameMailbox(_ name: String, to newName: String, of account: AccountID) async throws(StoreError) {
        try await perform(RenameMailbox(name: name, newName: newName, account: account))
    }

    /// It is out of sight when this returns; its space is given back in steps. RFC 9051 §6.3.5
    public func deleteMailbox(_ name: String, of account: AccountID) async throws(StoreError) {
        let mailbox = try await perform(DeleteMailbox(name: name, account: account))
        while try await !perform(PurgeMailbox(mailbox: mailbox)) {}
    }

    public func subscribe(_ name: String, of account: AccountID, _ isSubscribed: Bool) async throws(StoreError) {
        try await perform(Subscribe(name: name, account: account, isSubscribed: isSubscribed))
    }

    /// Makes INBOX and the folders, as far as they are missing, subscribed, each with the use that its name tells (F39).
    public func provision(_ account: AccountID, address: MailAddress, folders: [String]) async throws(StoreError) {
        try await perform(Provision(account: account, address: address, folders: folders))
    }

    /// Removes all mail of an account, for ever.
    public func removeMail(of account: AccountID) async throws(StoreError) {
        for mailbox in try await perform(RemoveMail(account: account)) {
            while try await !perform(PurgeMailbox(mailbox: mailbox)) {}
        }
    }

    /// Messages from the answered UID on are `\Recent` for the session that asks, and for no other. RFC 3501 §2.3.2
    public func claimRecent(_ mailbox: MailboxID) async throws(StoreError) -> UID {
        let claim = try await perform(ClaimRecent(mailbox: mailbox))
        recent.claim(mailbox, upTo: claim.next)
        return claim.from
    }

    // MARK: reading and watching

    /// Runs `body` on a reader thread, on one state of the index. Keep it short: step through giants, some 500 rows a call.
    public func read<T: Sendable>(_ body: @escaping @Sendable (StoreSnapshot) throws -> T) async throws -> T {
        try await readers.read(body)
    }

    /// A read that may take seconds: it waits for others of its kind only.
    func readLong<T: Sendable>(_ body: @escaping @Sendable (StoreSnapshot) throws -> T) async throws -> T {
        try await longReaders.read(body)
    }

    /// Calls `changed` after each commit that changed the mailbox, on the writer's thread: only wake somebody in it.
    public func watch(_ mailbox: MailboxID, _ changed: @escaping @Sendable () -> Void) -> Watch { watchers.add(mailbox, changed) }

    // MARK: what the parts of the store use

    var engine: Engine? { opened.withLock { $0 } }

    func newSpoolFile(for id: MessageID) throws(StoreError) -> SpoolFile {
        guard let engine else { throw availability.refusal ?? .unavailable("it is not open") }
        return try SpoolFile(id, in: engine.spool)
    }

    func perform<Verb: StoreVerb>(_ verb: Verb) async throws(StoreError) -> Verb.Outcome {
        let outcome = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Verb.Outcome, StoreError>, Never>) in
            writer.submit(WaitingVerb(verb) { continuation.resume(returning: $0) })
        }
        if case .failure(let error) = outcome { met(error) }
        return try outcome.get()
    }

    /// The verb that delivers the message, all its bytes in.
    func delivery(
        _ message: IncomingMessage, to recipients: [LocalRecipient], queue: OutgoingEnvelope?, origin: MessageOrigin?
    ) async throws(StoreError) -> Deliver {
        precondition(!recipients.isEmpty || queue?.recipients.isEmpty == false, "a message is delivered to somebody")
        let finished = try await finish(
            message, internalDate: message.arrival / 1_000_000, flags: [], deliveries: recipients, queue: queue)
        let isTraced = configuration.keepsTrace() > .zero
        return Deliver(
            finished: finished, recipients: recipients, queue: queue.map { Enqueue(envelope: $0, arrival: queueClock.now, state: .queued) },
            trace: (isTraced ? origin : nil).map {
                TraceRow($0, accounts: recipients, elsewhere: queue?.recipients ?? [], summary: finished.summary)
            })
    }

    func finish(
        _ incoming: IncomingMessage, internalDate: Int64, flags: Flags, deliveries: [LocalRecipient], queue: OutgoingEnvelope? = nil
    ) async throws(StoreError) -> FinishedMessage {
        let header = { (message: IncomingMessage) in
            PackRecord.Header(
                id: message.id, arrival: message.arrival, internalDate: internalDate, flags: flags, bodyLength: message.size,
                bodyChecksum: message.checksum, deliveries: deliveries, queue: queue)
        }
        let summary = try await incoming.finish(header)
        return FinishedMessage(incoming: incoming, header: header(incoming), summary: summary)
    }

    /// For a record's header: whose mailbox this is, and its name. A name that changed meanwhile harms nobody: the header is read
    /// after disasters only.
    private func owner(of mailbox: MailboxID) async throws(StoreError) -> [LocalRecipient] {
        if let known = owners.withLock({ $0[mailbox] }) { return [known] }
        let found: [LocalRecipient]
        do {
            found = try await read { try $0.owner(of: mailbox) }
        } catch let error as StoreError {
            throw error
        } catch {
            throw .unavailable("\(error)")
        }
        owners.withLock { owners in
            if owners.count >= 10_000 { owners.removeAll() }
            owners[mailbox] = found.first
        }
        return found
    }

    // MARK: coming and going

    /// The folder of the drive that the store is on.
    public var folder: String { home.withLock { $0 } }

    /// It is opened there from now on.
    func moved(to folder: String) { home.withLock { $0 = folder } }

    private var path: String { folder + "/postern-mail" }

    private func openStore() throws -> OpenStore {
        let engine = try Engine(at: path, memory: configuration.memory)
        let queueTime = try StoreSnapshot.keptQueueTime(engine.index)
        let open = try OpenStore(engine, configuration: configuration, workers: workers)
        lastID.withLock { $0 = max($0, open.newestMessage.number) }
        resumeQueueTime(queueTime)
        availability.measure(engine.root)
        opened.withLock { $0 = engine }
        availability.opens()
        logger.info(
            "The mail store \(engine.identity.store) is open at \(path).", metadata: ["event": "\(JournalEvent.storeOpened.rawValue)"])
        return open
    }

    /// Once a run: from then on the clock goes by itself, whether the drive is there or not.
    private func resumeQueueTime(_ kept: (time: QueueTime, wall: Int64)?) {
        let isFirst = hasQueueTime.withLock { known in
            defer { known = true }
            return !known
        }
        if isFirst, let kept { queueClock.resume(from: kept) }
    }

    /// The writer's attempt, once a second, while the drive is away.
    func reopen() -> OpenStore? {
        do {
            return try openStore()
        } catch let error as StoreError {
            _ = availability.becomes(error)
            met(error)
        } catch {
            _ = availability.becomes(.unavailable("\(error)"))
        }
        return nil
    }

    func wentAway(_ reason: String) {
        opened.withLock { $0 = nil }
        availability.forgetSpace()
        readers.renew()
        longReaders.renew()
        becameUnavailable(.unavailable(reason))
    }

    /// Tells the journal of damage in the index, once, and what helps; whoever met it hears of it besides.
    func met(_ error: StoreError) {
        guard availability.meets(error) else { return }
        logger.critical("\(error) \(StoreError.remedyForIndex)", metadata: ["event": "\(JournalEvent.storeDamaged.rawValue)"])
    }

    /// Damage that was met in the index since it was opened, while mail goes on where it does not matter.
    public var damage: StoreError? { availability.damage }

    func becameUnavailable(_ error: StoreError) {
        guard availability.becomes(error) else { return }
        logger.critical(
            "\(error) Nothing is accepted until it can be written again.",
            metadata: ["event": "\(JournalEvent.storeUnavailable.rawValue)"])
    }

    func becameAvailable() {
        guard availability.becomes(nil) else { return }
        logger.notice("The mail store can be written again.", metadata: ["event": "\(JournalEvent.storeRecovered.rawValue)"])
        purgeLeftovers()
    }

    /// What was decided, and a crash has left: messages of deleted mailboxes, and others that are to go.
    private func purgeLeftovers() {
        Task { [self] in
            for mailbox in try await read({ try $0.deletedMailboxes() }) {
                while try await !perform(PurgeMailbox(mailbox: mailbox)) {}
            }
            // Those of deleted mailboxes have gone with them.
            for mailbox in try await read({ try $0.mailboxesWithRemovals() }) { try await finishRemovals(from: mailbox) }
        }
    }

    func becameClosed() {
        availability.close()
        opened.withLock { $0 = nil }
    }
}
