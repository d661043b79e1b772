import CChecksum
@preconcurrency import Glibc
public import MailCore
import MessageFormat
public import NIOCore
import Synchronization

/// A message that is coming in: held in memory, above the spool threshold in a file on the mail drive.
///
/// One task fills it and hands it to a verb of the store; from then on it belongs to the store until the verb returns, which is
/// why it may cross to the writer's thread unlocked. Released without being stored, it leaves nothing behind.
public final class IncomingMessage: @unchecked Sendable {
    public let id: MessageID
    /// Octets so far.
    public private(set) var size = 0
    private(set) var checksum: UInt32 = 0
    /// Microseconds since 1970: when it began to come in.
    let arrival: Int64

    private(set) var memory = ByteBuffer()
    private(set) var spool: SpoolFile?
    private var parser: StructureParser
    private let store: MailStore
    private var isArriving = true

    init(id: MessageID, store: MailStore, limits: StructureLimits) {
        self.id = id
        self.store = store
        arrival = unixMicroseconds()
        parser = StructureParser(limits: limits)
        store.arriving.wrappingAdd(1, ordering: .relaxed)
    }

    deinit {
        arrived()
        spool?.discard()
    }

    /// It is on its way to the writer, or nowhere: nobody waits for it any more.
    private func arrived() {
        guard isArriving else { return }
        isArriving = false
        store.arriving.wrappingSubtract(1, ordering: .relaxed)
    }

    /// Takes the next octets. Above the spool threshold they go to a file: the task waits, its thread does not.
    public func append(_ bytes: ByteBuffer) async throws(StoreError) {
        var bytes = bytes
        size += bytes.readableBytes
        bytes.withUnsafeReadableBytes { raw in
            checksum = checksum_crc32c(checksum, raw.baseAddress, raw.count)
            parser.feed(raw)
        }
        if memory.readableBytes == 0 { memory = bytes } else { memory.writeBuffer(&bytes) }
        if spool != nil ? memory.readableBytes >= Self.piece : size > store.configuration.spoolThreshold.bytes { try await spill() }
    }

    /// The header block has more octets than the limit; more of the message need not be kept.
    public var headerTooLarge: Bool { parser.headerTooLarge }
    /// Received fields at the top so far. RFC 5321 §6.3
    public var receivedCount: Int { parser.receivedCount }

    /// Spooled messages are written in pieces of this size.
    private static let piece = 256 << 10

    private func spill() async throws(StoreError) {
        let spool = if let open = self.spool { open } else { try store.newSpoolFile(for: id) }
        self.spool = spool
        let piece = memory
        memory = ByteBuffer()
        try await store.workers.run { () throws(StoreError) in try spool.append(piece) }
    }

    /// No more octets come: what the index keeps of the message. A spooled one is durable when this returns.
    func finish(_ header: (IncomingMessage) -> PackRecord.Header) async throws(StoreError) -> [UInt8] {
        arrived()
        if spool != nil {
            try await spill()
            if let spool {
                let header = PackRecord.encode(header(self))
                try await store.workers.run { () throws(StoreError) in try spool.complete(header) }
            }
        }
        return parser.finish().summary.encoded
    }
}

/// A message on its way to being a pack of its own: `spool/ID`, laid out as the pack that it will be.
final class SpoolFile: Sendable {
    let name: String
    let file: SystemFile
    private let folder: Folder

    init(_ id: MessageID, in folder: Folder) throws(StoreError) {
        name = id.description
        self.folder = folder
        file = try SystemFile(name, in: folder, flags: O_RDWR | O_CREAT | O_EXCL)
    }

    func append(_ bytes: ByteBuffer) throws(StoreError) {
        let end = max(try file.size, Int64(PackRecord.spoolBodyOffset))
        let outcome: Result<Void, StoreError> = bytes.withUnsafeReadableBytes { raw in
            Result { () throws(StoreError) in if !raw.isEmpty { try file.write(raw, at: end) } }
        }
        try outcome.get()
    }

    /// Writes the record's header so that it ends where the body begins, and syncs all of it.
    func complete(_ header: [UInt8]) throws(StoreError) {
        let first = PackRecord.spoolBodyOffset - header.count
        let parts: [([UInt8], Int64)] = [(PackRecord.packHeader(number: 0, firstRecord: first), 0), (header, Int64(first))]
        for (bytes, offset) in parts {
            let outcome: Result<Void, StoreError> = bytes.withUnsafeBytes { raw in
                Result { () throws(StoreError) in try file.write(raw, at: offset) }
            }
            try outcome.get()
        }
        try file.sync()
    }

    /// Becomes a pack, by a change of its name; when the store has moved to another drive meanwhile, by a copy.
    func become(_ pack: String, in packs: Folder) throws(StoreError) {
        if folder.device == packs.device {
            try folder.rename(name, to: packs, as: pack)
        } else {
            let copy = try SystemFile(pack, in: packs, flags: O_RDWR | O_CREAT | O_TRUNC)
            try copy.fill(from: file, 0..<(try file.size))
            try copy.sync()
        }
        try packs.sync()
    }

    /// Removes it unless it has become a pack.
    func discard() { try? folder.remove(name) }
}

/// Microseconds since 1970.
public func unixMicroseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
}
