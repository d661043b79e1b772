import CChecksum
@preconcurrency import Glibc
public import Logging
import MailCore
import MessageFormat

/// What a rebuild of the index did.
public struct RebuildReport: Sendable, Hashable {
    /// Messages that the last copy of the index knew.
    public var fromCopy = 0
    /// Messages found in packs beyond it.
    public var fromPacks = 0
    /// Of these, how many had no known owner's mailbox to go to but *Recovered*.
    public var recovered = 0
    /// Recipients elsewhere: they are held in the queue, because nobody knows which of them were reached.
    public var held = 0
    /// Records that cannot be read, one sentence each.
    public var findings: [String] = []
}

/// Makes the index anew: the last copy, and what the packs hold beyond it.
///
/// What came after the copy goes where it was first delivered. What has no such mailbox any more goes to *Recovered* of its owner.
/// All of the queue is held. UIDs that were given after the copy are not known, so every mailbox takes a new UIDVALIDITY: clients
/// fetch anew rather than take one message for another. What lies behind the place where the copy's open pack ended came after it:
/// ids do not tell, a large message has its id before others that were quicker. What lies in each pack is counted anew. The old
/// index stays beside as `index.damaged-SECONDS.sqlite`.
///
/// | what lies in the store's folder | what a start finds |
/// |---|---|
/// | no mark | the index that was there, or the new one: the one or the other, whole |
/// | the mark `index.rebuilding` | a rebuild that is under way, or was broken off: nothing opens the store until it is done or given up |
public final class IndexRebuild: @unchecked Sendable {
    // One caller uses it, a call after the other.

    /// How far it is: packs, and octets of them.
    public private(set) var packsDone = 0
    public let packsTotal: Int
    public private(set) var bytesDone = 0
    public let bytesTotal: Int
    /// What it is at.
    public private(set) var item = ""
    /// The old index is not in its place any more.
    public private(set) var isInExchange = false

    private let root: Folder
    private let packs: Folder
    private let connection: IndexConnection
    private let transaction: WriteTransaction
    private let numbers: [Int64]
    private let copied: (pack: Int64, end: Int64)
    private var scan: PackScan?
    private var report = RebuildReport()
    /// Octets of the packs before the one at hand.
    private var behind: Int64 = 0
    private var isOpen = true

    static let mark = "index.rebuilding"
    static let underWay = "its index is being made anew; if no task does that, start rebuild-index"
    private static let new = "index.new.sqlite"

    /// For a store that nobody has open, and that has the mark. `folder` is the drive's folder, as in
    /// ``MailStore/init(folder:configuration:structureLimits:logger:)``.
    init(in folder: String) throws(StoreError) {
        root = try Folder(folder + "/" + CopyPlace.name)
        packs = try Folder(root.path + "/packs")
        try Self.removeNew(root)
        if root.has(IndexCopy.name) { try Self.copy(IndexCopy.name, to: Self.new, in: root) }
        try Schema.migrate(root.path + "/" + Self.new)
        connection = try IndexConnection(path: root.path + "/" + Self.new, .writer)
        do throws(StoreError) {
            report.fromCopy = try connection.statement("SELECT count(*) FROM message").first { $0.int(0) } ?? 0
            let openPack = try connection.statement("SELECT id, bytes FROM pack ORDER BY id DESC LIMIT 1")
            copied = try openPack.first { ($0.int64(0), $0.int64(1)) } ?? (0, 0)
            numbers = try packs.names().compactMap(PackName.number).sorted()
            packsTotal = numbers.count
            bytesTotal = numbers.reduce(0) { [packs] in $0 + Int(clamping: packs.size(of: PackName.file($1))) }
            try connection.statement("BEGIN IMMEDIATE").run()
            transaction = try WriteTransaction(connection)
            try Self.renewValidity(connection, transaction)
            // What was on its way when the copy was made may have arrived since: nothing is sent again by itself.
            report.held = try connection.statement("UPDATE queued_recipient SET state = 2 WHERE state < 2").run()
        } catch {
            connection.close()
            throw error
        }
    }

    deinit { close() }

    private func close() {
        if isOpen { connection.close() }
        isOpen = false
    }

    /// All of it, while no daemon runs.
    public static func run(folder: String, logger: Logger) throws -> RebuildReport {
        try begin(in: folder)
        let rebuild = try IndexRebuild(in: folder)
        while try rebuild.step() {}
        let report = try rebuild.complete(logger)
        try end(in: folder)
        return report
    }

    /// From here on nothing opens the store.
    static func begin(in folder: String) throws(StoreError) {
        try SystemFile.replace(mark, in: try Folder(folder + "/" + CopyPlace.name), with: "")
    }

    /// From here on the store is opened again.
    static func end(in folder: String) throws(StoreError) {
        let root = try Folder(folder + "/" + CopyPlace.name)
        try root.remove(mark)
        try root.sync()
    }

    /// The index that was there is in use again. Throws when there is none.
    static func giveUp(in folder: String) throws(StoreError) {
        let root = try Folder(folder + "/" + CopyPlace.name)
        guard root.has("index.sqlite") else { throw .unavailable("there is no index to go back to") }
        try removeNew(root)
        try end(in: folder)
    }

    private static func removeNew(_ root: Folder) throws(StoreError) {
        for ending in ["", "-wal", "-shm"] { try root.remove(new + ending) }
    }

    /// Takes up some `limit` octets of records; answers whether there are more.
    func step(limit: Int = .max) throws(StoreError) -> Bool {
        guard packsDone < numbers.count else { return false }
        let number = numbers[packsDone]
        var scan: PackScan
        if let begun = self.scan { scan = begun } else { scan = try PackScan(number, in: packs) }
        item = PackName.file(number)
        let from = scan.end
        while scan.end - from < limit {
            guard let record = scan.next() else {
                report.findings += scan.findings
                try transaction.savePacks(open: (number, scan.end))
                transaction.begin()
                self.scan = nil
                packsDone += 1
                behind += packs.size(of: item)
                bytesDone = Int(clamping: behind)
                return packsDone < numbers.count
            }
            // What is wanted no more keeps its id all the same.
            transaction.newest = max(transaction.newest, record.header.id)
            guard (number, record.bodyOffset) > copied, try !isKnown(record.header.id) else { continue }
            try adopt(record)
        }
        bytesDone = Int(clamping: behind + scan.end)
        self.scan = scan
        return true
    }

    /// The new index is in its place, durably, and the old one beside it.
    func complete(_ logger: Logger) throws(StoreError) -> RebuildReport {
        try connection.statement("DELETE FROM meta WHERE key = 'clean'").run()
        try Self.recountPacks(connection)
        try connection.statement("COMMIT").run()
        guard try connection.settles() else { throw .unavailable("the new index could not be written out") }
        close()
        try SystemFile(Self.new, in: root, flags: O_RDWR).sync()
        // The next rebuild must know which UIDVALIDITYs this one has given.
        try IndexCopy.make(in: root, of: Self.new)
        isInExchange = true
        try Self.putAside(root)
        for ending in ["-wal", "-shm"] { try root.remove(Self.new + ending) }
        try root.rename(Self.new, to: root, as: "index.sqlite")
        try root.sync()
        logger.notice(
            "The index is rebuilt: \(report.fromCopy) messages from its last copy, \(report.fromPacks) from packs.",
            metadata: ["event": "\(JournalEvent.storeRecovered.rawValue)"])
        return report
    }

    private func adopt(_ record: PackScan.Record) throws(StoreError) {
        let queue = record.header.queue
        guard !record.header.deliveries.isEmpty || queue != nil else {
            report.findings.append("Message \(record.header.id) names no owner.")
            return
        }
        let finished = FinishedRecord(record)
        try transaction.insertMessage(
            finished.stored, arrival: record.header.arrival,
            entries: record.header.deliveries.count + (queue == nil ? 0 : 1), summary: finished.summary)
        if let queue {
            let arrival = QueueTime(milliseconds: record.header.arrival / 1000)
            try Enqueue(envelope: queue, arrival: arrival, state: .held).execute(finished.stored, in: transaction)
            report.held += queue.recipients.count
        }
        for delivery in record.header.deliveries {
            let owner = try transaction.owner(delivery.account, address: delivery.address)
            var destination = try transaction.mailboxID(delivery.mailbox, of: delivery.account)
            if destination == nil {
                let name = delivery.mailbox == "INBOX" ? "INBOX" : "Recovered"
                if name == "Recovered" { report.recovered += 1 }
                destination = try transaction.mailboxID(name, of: delivery.account)
                if destination == nil {
                    destination = try CreateMailbox.insert(name, owner: owner, specialUse: nil, in: transaction)
                    try Subscribe(name: name, account: delivery.account, isSubscribed: true).execute(in: transaction)
                }
            }
            guard let destination else { continue }
            let mailbox = try transaction.mailbox(destination)
            let flags = record.header.flags.intersection(.system)
            try transaction.insertEntry(
                try mailbox.takeUID(), of: record.header.id.number, flags: flags, modSeq: mailbox.nextModSeq(),
                internalDate: record.header.internalDate, in: mailbox.id)
            mailbox.count(added: flags, bytes: record.header.bodyLength)
        }
        try transaction.saveMailboxes()
        report.fromPacks += 1
    }

    /// A message that was being compacted lies in two packs.
    private func isKnown(_ message: MessageID) throws(StoreError) -> Bool {
        let select = try connection.statement("SELECT 1 FROM message WHERE id = ?1")
        select.bind(1, message.number)
        return try select.first { _ in true } ?? false
    }

    /// A new UIDVALIDITY is the clock, or one more than the last one. Those given since the copy are not known: as many above the
    /// clock as mailboxes were made faster than one a second. So many are left out.
    private static let unknownMailboxes: Int64 = 1 << 20

    private static func renewValidity(_ connection: IndexConnection, _ transaction: WriteTransaction) throws(StoreError) {
        let above = try connection.statement(
            "INSERT INTO meta(key, value) VALUES('uid_validity', ?1) ON CONFLICT(key) DO UPDATE SET value = max(value + ?2, ?1)")
        above.bind(1, unixMicroseconds() / 1_000_000 + unknownMailboxes)
        above.bind(2, unknownMailboxes)
        try above.run()
        for id in try connection.statement("SELECT id FROM mailbox").all({ $0.int64(0) }) {
            let update = try connection.statement("UPDATE mailbox SET uid_validity = ?2 WHERE id = ?1")
            update.bind(1, id)
            update.bind(2, Int64(try transaction.newUIDValidity()))
            try update.run()
        }
    }

    /// What the copy counts of its packs is not believed.
    private static func recountPacks(_ connection: IndexConnection) throws(StoreError) {
        try connection.statement("UPDATE pack SET messages = 0, live = 0").run()
        try connection.statement(
            """
            INSERT INTO pack(id, state, bytes, messages, live) \
            SELECT pack, 0, max(offset + size), count(*), CAST(total(size) AS INTEGER) FROM message WHERE true GROUP BY pack \
            ON CONFLICT(id) DO UPDATE SET bytes = max(bytes, excluded.bytes), messages = excluded.messages, live = excluded.live
            """
        ).run()
    }

    /// The index and its log are renamed; a log of another index would be poison for the new one.
    private static func putAside(_ root: Folder) throws(StoreError) {
        let now = unixMicroseconds() / 1_000_000
        for (name, aside) in [
            ("index.sqlite", "index.damaged-\(now).sqlite"), ("index.sqlite-wal", "index.damaged-\(now).sqlite-wal"),
        ] where root.has(name) { try root.rename(name, to: root, as: aside) }
        try root.remove("index.sqlite-shm")
        try root.sync()
    }

    private static func copy(_ name: String, to newName: String, in folder: Folder) throws(StoreError) {
        let source = try SystemFile(name, in: folder, flags: O_RDONLY)
        let target = try SystemFile(newName, in: folder, flags: O_RDWR | O_CREAT | O_TRUNC)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        let size = try source.size
        var place: Int64 = 0
        while place < size {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(buffer.count), size - place))])
            try source.read(into: part, at: place)
            try target.write(UnsafeRawBufferPointer(part), at: place)
            place += Int64(part.count)
        }
        try target.sync()
    }

    /// A record's place and summary, as the index keeps them.
    private struct FinishedRecord {
        var stored: StoredMessage
        var summary: [UInt8]

        init(_ record: PackScan.Record) {
            stored = StoredMessage(
                id: record.header.id, size: record.header.bodyLength, pack: record.pack, offset: record.bodyOffset,
                checksum: record.header.bodyChecksum)
            summary = record.body.withUnsafeBytes { MessageStructure.parse($0) }.summary.encoded
        }
    }
}
