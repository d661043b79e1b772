@preconcurrency import Glibc
import MailCore
import NIOCore

/// A pack as its upkeep sees it.
struct PackFacts: Hashable, Sendable {
    var number: Int64
    /// Octets of its file.
    var size: Int64
    /// Octets of messages that are still wanted, and how many.
    var live: Int64
    var messages: Int
    /// One past the last octet that the index points to.
    var end: Int64
    /// The second in which it was seen that nothing in it is wanted; 0 before.
    var retired: Int64

    /// More than half of it is dead, and there is enough to win that the work pays.
    var isMostlyDead: Bool { messages > 0 && live * 2 < size - Int64(PackRecord.packHeaderLength) && size - live > 64 << 10 }

    /// Zeros of an unclean end, or a record that was never acknowledged.
    var tail: Int64 {
        let end = max((end + 7) & ~7, Int64(PackRecord.packHeaderLength))
        return messages > 0 && size > end ? size - end : 0
    }
}

/// What one step of a compaction did.
public struct CompactionStep: Sendable {
    public var messages = 0
    public var bytes = 0
    /// Packs that were unlinked or shortened, and what that gave back.
    public var packs = 0
    public var freed = 0
    /// Where the next step begins in the same pack; `nil` when it is through.
    public var next: Int64?
}

/// Giving space back. The open pack is never touched, and a sealed one only grows shorter or goes: readers do not notice.
extension MailStore {
    /// A session may carry the place of a message from one short read to the next; a retired pack stays for this long.
    public static let retirement = 3600

    /// Octets that a compaction would rewrite now, and packs that it would look at.
    public func compactionWork() async throws -> (packs: [Int64], bytes: Int) {
        let dead = try await sealedPacks().filter(\.isMostlyDead)
        return (dead.map(\.number), dead.reduce(0) { $0 + Int(clamping: $1.live) })
    }

    /// Reads some `limit` octets of the pack from `start` on, and writes what is wanted of it into the open pack again.
    public func compact(_ pack: Int64, from start: Int64, limit: Int) async throws -> CompactionStep {
        guard let engine else { throw availability.refusal ?? .unavailable("it is not open") }
        let (records, next) = try await upkeep.run { () throws(StoreError) in try Self.records(of: pack, from: start, limit, engine) }
        var step = CompactionStep(next: next)
        let wanted = try await read { snapshot in try records.filter { try snapshot.isInPlace($0) } }
        var verbs: [Relocate] = []
        for record in wanted {
            let copy = messageAgain(record.header.id)
            try await copy.append(ByteBuffer(bytes: record.body))
            verbs.append(Relocate(finished: FinishedMessage(incoming: copy, header: record.header, summary: []), from: pack))
            step.messages += 1
            step.bytes += record.body.count
        }
        for outcome in await performAll(verbs) { try outcome.get() }
        return step
    }

    private static func records(of pack: Int64, from start: Int64, _ limit: Int, _ engine: Engine) throws(StoreError) -> (
        [PackScan.Record], Int64?
    ) {
        var scan = try PackScan(pack, in: engine.packs, from: start)
        var records: [PackScan.Record] = []
        var read = 0
        while read < limit {
            guard let record = scan.next() else { return (records, nil) }
            read += record.body.count + PackRecord.fixedHeaderLength
            records.append(record)
        }
        return (records, scan.end)
    }

    /// Marks what is empty, unlinks what has been so for ``retirement`` seconds, and cuts off the zeros behind sealed packs.
    /// The index is copied aside before anything is unlinked: a rebuild must not be led to packs that are gone.
    public func reclaim(now: Int64) async throws -> CompactionStep {
        let sealed = try await sealedPacks()
        let empty = sealed.filter { $0.messages == 0 && $0.retired == 0 }.map(\.number)
        if !empty.isEmpty { try await perform(RetirePacks(packs: empty, time: max(1, now))) }
        var step = CompactionStep()
        guard let engine else { throw availability.refusal ?? .unavailable("it is not open") }
        let gone = sealed.filter { $0.messages == 0 && $0.retired > 0 && now - $0.retired >= Int64(Self.retirement) }
        if !gone.isEmpty {
            _ = try await copyIndex()
            try await upkeep.run { () throws(StoreError) in
                for pack in gone {
                    try engine.packs.remove(PackName.file(pack.number))
                    engine.packReader.forget(pack.number)
                }
                try engine.packs.sync()
            }
            try await perform(ForgetPacks(packs: gone.map(\.number)))
            step.packs += gone.count
            step.freed += gone.reduce(0) { $0 + Int(clamping: $1.size) }
        }
        let long = sealed.filter { $0.tail > 64 << 10 }
        try await upkeep.run { () throws(StoreError) in
            for pack in long {
                let file = try SystemFile(PackName.file(pack.number), in: engine.packs, flags: O_RDWR)
                try file.truncate(to: pack.size - pack.tail)
                try file.sync()
            }
        }
        step.packs += long.count
        step.freed += long.reduce(0) { $0 + Int(clamping: $1.tail) }
        return step
    }

    /// All packs but the open one. Its number is asked for first: what is sealed by then never grows.
    func sealedPacks() async throws -> [PackFacts] {
        let open = try await betweenBatches { open in open.openPack.number }
        return try await read { try $0.packFacts(before: open) }
    }
}

extension StoreSnapshot {
    func packFacts(before open: Int64) throws -> [PackFacts] {
        let select = try connection.statement(
            """
            SELECT p.id, p.state, coalesce(sum(m.size), 0), count(m.id), coalesce(max(m.offset + m.size), 0) \
            FROM pack p LEFT JOIN message m ON m.pack = p.id WHERE p.id < ?1 GROUP BY p.id
            """)
        select.bind(1, open)
        return try select.all { row in
            PackFacts(
                number: row.int64(0), size: packs.size(of: row.int64(0)), live: row.int64(2), messages: row.int(3), end: row.int64(4),
                retired: row.int64(1))
        }
    }

    /// Whether the index points to these very bytes of the record.
    func isInPlace(_ record: PackScan.Record) throws(StoreError) -> Bool {
        let select = try connection.statement("SELECT 1 FROM message WHERE id = ?1 AND pack = ?2 AND offset = ?3")
        select.bind(1, record.header.id.number)
        select.bind(2, record.pack)
        select.bind(3, record.bodyOffset)
        return try select.first { _ in true } ?? false
    }
}
