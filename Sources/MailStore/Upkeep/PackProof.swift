import CChecksum
import MailCore

/// Proves messages of one pack in the order in which they lie there.
///
/// Of a message its octets' checksum must be the index's, and a record's header that says the same must end where they begin: the
/// header serves a rebuild only, and would be missed too late.
final class PackProof: @unchecked Sendable {
    // One step of a check uses it after the other, never two at once.

    enum Verdict { case whole, headerDamaged, damaged }

    /// What is read at once of a message that is read by itself.
    private static let pieceSize = 64 << 10

    let pack: Int64
    /// Nothing behind it is read in passing.
    let end: Int64
    /// Of the pack's file.
    let size: Int64
    private let file: SystemFile
    private let windows: PackWindows
    /// A window up to here was refused by the drive: the messages in it are read one by one, so that only what lies at the bad place is lost.
    private var refusedTo: Int64 = 0

    /// From `start` on. A helper reads ahead.
    init(_ pack: Int64, of packs: PackReader, from start: Int64, to end: Int64, helper: WorkerPool?) throws(StoreError) {
        self.pack = pack
        self.end = end
        file = try packs.open(pack)
        size = try file.size
        windows = PackWindows(file, from: start, to: min(end, size), helper: helper)
    }

    /// The helper is let go. Must be called.
    func close() { windows.close() }

    /// Whether the pack is so long that the message can lie there.
    func reaches(_ message: StoredMessage) -> Bool {
        message.offset >= 0 && message.size >= 0 && message.offset <= size && Int64(message.size) <= size - message.offset
    }

    /// Reads the message, which the pack reaches; throws when its drive does not give it.
    func prove(_ message: StoredMessage) throws(StoreError) -> Verdict {
        guard message.offset >= refusedTo else { return try proveAlone(message) }
        do throws(StoreError) {
            return try proveInPassing(message)
        } catch {
            refusedTo = windows.shown.upperBound + Int64(PackWindows.size)
            return try proveAlone(message)
        }
    }

    private func proveInPassing(_ message: StoredMessage) throws(StoreError) -> Verdict {
        try windows.go(to: message.offset)
        let before = max(windows.shown.lowerBound, message.offset - Int64(PackWindows.margin))..<message.offset
        let hasHeader = PackRecord.endsWithHeader(of: message, windows.part(before)) || hasFarHeader(message)
        var sum: UInt32 = 0
        var place = message.offset
        let end = message.offset + Int64(message.size)
        while place < end {
            if place == windows.shown.upperBound { try windows.goOn() }
            let piece = windows.part(place..<min(end, windows.shown.upperBound))
            sum = checksum_crc32c(sum, piece.baseAddress, piece.count)
            place += Int64(piece.count)
        }
        guard sum == message.checksum else { return .damaged }
        return hasHeader ? .whole : .headerDamaged
    }

    private func proveAlone(_ message: StoredMessage) throws(StoreError) -> Verdict {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 4096)
        defer { buffer.deallocate() }
        var sum: UInt32 = 0
        var done = 0
        while done < message.size {
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, message.size - done)])
            try file.read(into: piece, at: message.offset + Int64(done))
            sum = checksum_crc32c(sum, piece.baseAddress, piece.count)
            done += piece.count
        }
        guard sum == message.checksum else { return .damaged }
        return hasHeader(message, within: PackWindows.margin) || hasFarHeader(message) ? .whole : .headerDamaged
    }

    /// A header of many recipients begins far before its message.
    private func hasFarHeader(_ message: StoredMessage) -> Bool { hasHeader(message, within: PackRecord.spoolBodyOffset) }

    /// Octets that the drive does not give are no header.
    private func hasHeader(_ message: StoredMessage, within distance: Int) -> Bool {
        let count = Int(min(message.offset, Int64(distance)))
        return withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { bytes in
            guard (try? file.read(into: bytes, at: message.offset - Int64(count))) != nil else { return false }
            return PackRecord.endsWithHeader(of: message, UnsafeRawBufferPointer(bytes))
        }
    }
}

extension PackRecord {
    /// Whether a record's header ends at the end of these octets and tells of this very message, without taking it apart.
    static func endsWithHeader(of message: StoredMessage, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let magic = magic.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
        // Both begin and end at multiples of 8.
        var start = bytes.count - fixedHeaderLength
        while start >= 0 {
            if bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self) == magic,
                isHeader(of: message, UnsafeRawBufferPointer(rebasing: bytes[start...]))
            {
                return true
            }
            start -= 8
        }
        return false
    }

    /// All that ``decode(_:)`` asks of a header, and that what it says is the index's word.
    private static func isHeader(of message: StoredMessage, _ bytes: UnsafeRawBufferPointer) -> Bool {
        func integer<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
            T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
        return Int(integer(8, UInt32.self)) == bytes.count && integer(4, UInt16.self) == version
            && integer(16, UInt64.self) == UInt64(message.size) && integer(24, UInt32.self) == message.checksum
            && integer(32, Int64.self) == message.id.number
            && checksum_crc32c(0, bytes.baseAddress.map { $0 + 16 }, bytes.count - 16) == integer(12, UInt32.self)
    }
}
