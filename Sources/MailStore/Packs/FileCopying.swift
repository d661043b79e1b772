import CChecksum
@preconcurrency import Glibc

extension SystemFile {
    private static let piece = 1 << 20

    /// Takes over these octets of another file, at the same place; answers their checksum, going on from `checksum`.
    @discardableResult
    func fill(from source: SystemFile, _ range: Range<Int64>, checksum: UInt32 = 0) throws(StoreError) -> UInt32 {
        try pieces(of: range, in: source, from: checksum) { (bytes, place) throws(StoreError) in try write(bytes, at: place) }
    }

    /// The checksum of these octets as the drive has them, going on from `checksum`. What memory holds of them is dropped before, as
    /// far as it is synced.
    func checksum(_ range: Range<Int64>, from checksum: UInt32 = 0, fromDrive: Bool = false) throws(StoreError) -> UInt32 {
        if fromDrive {
            posix_fadvise(descriptor, off_t(range.lowerBound), off_t(range.upperBound - range.lowerBound), POSIX_FADV_DONTNEED)
        }
        return try pieces(of: range, in: self, from: checksum) { (_, _) throws(StoreError) in }
    }

    private func pieces(
        of range: Range<Int64>, in source: SystemFile, from checksum: UInt32,
        _ body: (UnsafeRawBufferPointer, Int64) throws(StoreError) -> Void
    ) throws(StoreError) -> UInt32 {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.piece, alignment: 4096)
        defer { buffer.deallocate() }
        var checksum = checksum
        var place = range.lowerBound
        while place < range.upperBound {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(buffer.count), range.upperBound - place))])
            try source.read(into: part, at: place)
            checksum = checksum_crc32c(checksum, part.baseAddress, part.count)
            try body(UnsafeRawBufferPointer(part), place)
            place += Int64(part.count)
        }
        return checksum
    }
}
