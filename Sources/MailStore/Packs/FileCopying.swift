import CChecksum
@preconcurrency import Glibc

/// The memory through which octets are copied, kept from one piece to the next. It lies as O_DIRECT wants it.
final class CopyBuffer: @unchecked Sendable {
    // Whoever has made it uses it for one call after the other.

    static let size: Int64 = 1 << 20
    /// A piece that goes to the drive at once. What mail writes waits behind it: the drive on which this was measured took 0.3 ms for it,
    /// and 1.1 ms for a mebibyte. With less the number of calls would tell.
    static let piece: Int64 = 128 << 10
    /// What every file system of today takes for O_DIRECT.
    static let block: Int64 = 4096
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(size), alignment: Int(block))

    deinit { bytes.deallocate() }
}

extension SystemFile {
    /// Takes over these octets of another file, at the same place.
    func fill(from source: SystemFile, _ range: Range<Int64>) throws(StoreError) {
        _ = try source.pieces(of: range, from: 0, through: CopyBuffer()) { (bytes, place) throws(StoreError) in
            try write(bytes, at: place)
        }
    }

    /// The checksum of these octets, going on from `checksum`. `fromDrive`: as the drive has them; what memory holds of them is dropped
    /// before, as far as it is synced.
    func checksum(
        _ range: Range<Int64>, from checksum: UInt32 = 0, fromDrive: Bool = false, through buffer: CopyBuffer = CopyBuffer()
    ) throws(StoreError) -> UInt32 {
        if fromDrive {
            posix_fadvise(descriptor, off_t(range.lowerBound), off_t(range.upperBound - range.lowerBound), POSIX_FADV_DONTNEED)
        }
        return try pieces(of: range, from: checksum, through: buffer) { (_, _) throws(StoreError) in }
    }

    /// Reads these octets and gives them to `body` with their place, cut between blocks; answers their checksum. `most`: octets at once.
    func pieces(
        of range: Range<Int64>, from checksum: UInt32, through buffer: CopyBuffer, most: Int64 = CopyBuffer.size,
        _ body: (UnsafeRawBufferPointer, Int64) throws(StoreError) -> Void
    ) throws(StoreError) -> UInt32 {
        var checksum = checksum
        var place = range.lowerBound
        while place < range.upperBound {
            // What O_DIRECT cannot take is as little as can be: up to the next block, and behind the last one.
            let whole = place % CopyBuffer.block == 0 ? most : CopyBuffer.block
            let length = min(range.upperBound - place, whole - place % whole)
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<Int(length)])
            try read(into: part, at: place)
            checksum = checksum_crc32c(checksum, part.baseAddress, part.count)
            try body(UnsafeRawBufferPointer(part), place)
            place += length
        }
        return checksum
    }
}
