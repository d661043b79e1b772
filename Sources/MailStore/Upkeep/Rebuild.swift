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
/// What came after the copy goes where it was first delivered. What has no such mailbox any more goes to *Recovered* of its
/// owner. All of the queue is held. UIDs that were given after the copy are not known, so every mailbox takes a new UIDVALIDITY: clients fetch anew rather
/// than take one message for another. What lies behind the place where the copy's open pack ended came after it: ids do not tell, a
/// large message has its id before others that were quicker. The old index stays beside as `index.damaged-SECONDS.sqlite`.
public enum IndexRebuild {
    /// For a store that no daemon has open. `folder` is the drive's folder, as in ``MailStore/init(folder:configuration:structureLimits:logger:)``.
    public static func run(folder: String, logger: Logger) throws -> RebuildReport {
        let path = folder + "/postern-mail"
        let root = try Folder(path)
        let packs = try Folder(path + "/packs")
        var report = RebuildReport()
        try putAside(root)
        let index = path + "/index.sqlite"
        if faccessat(root.descriptor, IndexCopy.name, F_OK, 0) == 0 { try copy(IndexCopy.name, to: "index.sqlite", in: root) }
        try Schema.migrate(index)
        let connection = try IndexConnection(path: index, .writer)
        defer { connection.close() }
        report.fromCopy = try connection.statement("SELECT count(*) FROM message").first { $0.int(0) } ?? 0
        let copied = try connection.statement("SELECT id, bytes FROM pack ORDER BY id DESC LIMIT 1").first { ($0.int64(0), $0.int64(1)) }
        let (openPack, openEnd) = copied ?? (0, 0)
        try connection.statement("BEGIN IMMEDIATE").run()
        let transaction = try WriteTransaction(connection)
        try renewValidity(connection, transaction)
        // What was on its way when the copy was made may have arrived since: nothing is sent again by itself.
        report.held = try connection.statement("UPDATE queued_recipient SET state = 2 WHERE state < 2").run()
        var lastPack: (number: Int64, end: Int64) = (0, Int64(PackRecord.packHeaderLength))
        for number in try packs.names().compactMap(PackName.number).sorted() {
            var scan = try PackScan(number, in: packs)
            while let record = scan.next() {
                // What is wanted no more keeps its id all the same.
                transaction.newest = max(transaction.newest, record.header.id)
                guard (number, record.bodyOffset) > (openPack, openEnd), try !isKnown(record.header.id, connection) else { continue }
                try adopt(record, in: transaction, &report)
            }
            report.findings += scan.findings
            lastPack = (number, scan.end)
            try transaction.savePacks(open: lastPack)
            transaction.begin()
        }
        try connection.statement("DELETE FROM meta WHERE key = 'clean'").run()
        try connection.statement("COMMIT").run()
        _ = try connection.checkpoint()
        try root.sync()
        // The next rebuild must know which UIDVALIDITYs this one has given.
        try IndexCopy.make(in: root)
        logger.notice(
            "The index is rebuilt: \(report.fromCopy) messages from its last copy, \(report.fromPacks) from packs.",
            metadata: ["event": "\(JournalEvent.storeRecovered.rawValue)"])
        return report
    }

    private static func adopt(_ record: PackScan.Record, in transaction: WriteTransaction, _ report: inout RebuildReport) throws {
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
    private static func isKnown(_ message: MessageID, _ connection: IndexConnection) throws -> Bool {
        let select = try connection.statement("SELECT 1 FROM message WHERE id = ?1")
        select.bind(1, message.number)
        return try select.first { _ in true } ?? false
    }

    /// A new UIDVALIDITY is the clock, or one more than the last one. Those given since the copy are not known: as many above the
    /// clock as mailboxes were made faster than one a second. So many are left out.
    private static let unknownMailboxes: Int64 = 1 << 20

    private static func renewValidity(_ connection: IndexConnection, _ transaction: WriteTransaction) throws {
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

    /// The index and its log are renamed; a log of another index would be poison for the new one.
    private static func putAside(_ root: Folder) throws {
        let now = unixMicroseconds() / 1_000_000
        for (name, aside) in [
            ("index.sqlite", "index.damaged-\(now).sqlite"), ("index.sqlite-wal", "index.damaged-\(now).sqlite-wal"),
        ] where faccessat(root.descriptor, name, F_OK, 0) == 0 { try root.rename(name, to: root, as: aside) }
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
