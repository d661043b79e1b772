import CChecksum
@preconcurrency import Glibc
import MailCore

/// Proves messages of one pack in the order in which they lie there, which is what a drive reads fastest; the stretch ahead is asked
/// for while this one is computed.
///
/// Of a message its octets' checksum must be the index's, and a record's header that says the same must end where they begin: the
/// header serves a rebuild only, and would be missed too late.
struct PackProof: ~Copyable {
    enum Verdict { case whole, headerDamaged, damaged }

    /// What is read with one call: it stays in a processor's cache until its checksum is computed.
    private static let windowSize = 512 << 10
    /// Octets before a message in which its header is looked for at first: one of a few recipients is shorter.
    private static let usualHeader = 512
    /// What the drive is asked for ahead of the window.
    private static let ahead: Int64 = 8 << 20

    private let file: SystemFile
    private let size: Int64
    private let window = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.windowSize, alignment: 4096)
    private var from: Int64 = 0
    private var count = 0
    private var asked: Int64 = 0

    /// `size`: octets of the file.
    init(_ file: SystemFile, size: Int64) {
        self.file = file
        self.size = size
    }

    deinit { window.deallocate() }

    /// Reads the message; throws when its drive does not give it.
    mutating func prove(_ message: StoredMessage) throws(StoreError) -> Verdict {
        let begin = max(0, message.offset - Int64(Self.usualHeader))
        try show(begin, Int(message.offset - begin) + min(message.size, Self.windowSize / 2))
        var hasHeader = header(of: message, in: part(begin, message.offset))
        if !hasHeader { hasHeader = try farHeader(of: message) }
        guard try checksum(of: message) == message.checksum else { return .damaged }
        return hasHeader ? .whole : .headerDamaged
    }

    private mutating func checksum(of message: StoredMessage) throws(StoreError) -> UInt32 {
        var sum: UInt32 = 0
        var place = message.offset
        let end = message.offset + Int64(message.size)
        while place < end {
            let length = Int(min(Int64(Self.windowSize), end - place))
            if place < from || place >= from + Int64(count) { try show(place, length) }
            let piece = part(place, min(end, from + Int64(count)))
            sum = checksum_crc32c(sum, piece.baseAddress, piece.count)
            place += Int64(piece.count)
        }
        return sum
    }

    /// A header of many recipients begins far before its message.
    private mutating func farHeader(of message: StoredMessage) throws(StoreError) -> Bool {
        let begin = max(0, message.offset - Int64(PackRecord.spoolBodyOffset))
        try show(begin, Int(message.offset - begin))
        return header(of: message, in: part(begin, message.offset))
    }

    /// Whether a record's header ends at the end of these octets and tells of this message.
    private func header(of message: StoredMessage, in bytes: UnsafeRawBufferPointer) -> Bool {
        var start = bytes.count - PackRecord.fixedHeaderLength
        while start >= 0 {
            if PackRecord.isHeader(of: message, UnsafeRawBufferPointer(rebasing: bytes[start...])) { return true }
            start -= 8
        }
        return false
    }

    /// Octets of the window, `from` and `to` being places in the file.
    private func part(_ begin: Int64, _ end: Int64) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: window[Int(begin - from)..<Int(end - from)])
    }

    /// Sees to it that the window has the first `length` octets from `begin` on.
    private mutating func show(_ begin: Int64, _ length: Int) throws(StoreError) {
        guard begin < from || begin + Int64(length) > from + Int64(count) else { return }
        if begin + Self.ahead / 2 > asked {
            posix_fadvise(file.descriptor, off_t(begin), off_t(Self.ahead), POSIX_FADV_WILLNEED)
            asked = begin + Self.ahead
        }
        let end = max(min(size, begin + Int64(Self.windowSize)), begin + Int64(length))
        count = 0
        try file.read(into: UnsafeMutableRawBufferPointer(rebasing: window[..<Int(end - begin)]), at: begin)
        from = begin
        count = Int(end - begin)
    }
}

extension PackRecord {
    /// Whether these octets are a whole header of this very message, without taking it apart.
    static func isHeader(of message: StoredMessage, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= fixedHeaderLength, bytes.prefix(4).elementsEqual(magic) else { return false }
        func integer<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
            T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
        return Int(integer(8, UInt32.self)) == bytes.count && integer(16, UInt64.self) == UInt64(message.size)
            && integer(24, UInt32.self) == message.checksum && integer(32, Int64.self) == message.id.number
            && checksum_crc32c(0, bytes.baseAddress.map { $0 + 16 }, bytes.count - 16) == integer(12, UInt32.self)
    }
}

extension StoreSnapshot {
    struct ProofStep: Sendable {
        var messages = 0
        var bytes = 0
        var findings: [String] = []
        /// Where the next step begins in the pack; `nil` when it is through.
        var next: Int64?
    }

    /// So many rows are asked for at once: small messages, for one step's octets.
    private static let rows = 8192

    /// Proves the pack's messages from `offset` on, some `limit` octets of them.
    func prove(_ pack: Int64, from offset: Int64, limit: Int) throws(StoreError) -> ProofStep {
        let select = try connection.statement(
            "SELECT id, size, offset, checksum FROM message WHERE pack = ?1 AND offset >= ?2 ORDER BY offset LIMIT ?3")
        select.bind(1, pack)
        select.bind(2, offset)
        select.bind(3, Self.rows)
        let found = try select.all {
            StoredMessage(
                id: MessageID($0.int64(0)), size: $0.int(1), pack: pack, offset: $0.int64(2),
                checksum: UInt32(truncatingIfNeeded: $0.int64(3)))
        }
        var step = ProofStep()
        // A pack that is not there was found missing as a whole.
        guard !found.isEmpty, let file = try? packs.open(pack) else { return step }
        var proof = PackProof(file, size: try file.size)
        for message in found {
            guard step.bytes < limit else {
                step.next = message.offset
                return step
            }
            step.messages += 1
            step.bytes += message.size
            var verdict = PackProof.Verdict.damaged
            do throws(StoreError) { verdict = try proof.prove(message) } catch {}
            switch verdict {
            case .whole: break
            case .headerDamaged:
                step.findings.append(
                    "message \(message.id) in \(PackName.file(pack)) at \(message.offset) is whole, but its record's header is damaged: a rebuild of the index would not find it."
                )
            case .damaged: step.findings += finding(of: message)
            }
        }
        if found.count == Self.rows, let last = found.last { step.next = last.offset + 1 }
        return step
    }

    /// What is wrong with the message when it is read by itself.
    private func finding(of message: StoredMessage) -> [String] {
        do {
            try withBytes(of: message, 0..<message.size) { _ in }
            return []
        } catch {
            return ["\(error)"]
        }
    }

    /// The first pack with a message in it, not before `number`, not behind `last`.
    func packToProve(from number: Int64, last: Int64) throws(StoreError) -> Int64? {
        let select = try connection.statement("SELECT pack FROM message WHERE pack >= ?1 AND pack <= ?2 ORDER BY pack LIMIT 1")
        select.bind(1, number)
        select.bind(2, last)
        return try select.first { $0.int64(0) }
    }

    func lastPack() throws(StoreError) -> Int64 { try connection.statement("SELECT max(pack) FROM message").first { $0.int64(0) } ?? 0 }
}
