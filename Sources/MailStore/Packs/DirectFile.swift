import CChecksum
import CPageCache
@preconcurrency import Glibc

/// A file that is written to its drive and read back from there past the kernel's memory (O_DIRECT), if whoever calls wants that: what is
/// copied so takes no memory from what is read again and again, costs the processor a quarter, and gathers to no heap that a sync of
/// somebody else's waits behind. It is half as fast, for the drive neither writes behind nor reads ahead.
///
/// What is no whole block goes through the kernel's memory, and so does all of it where the file system refuses this (EINVAL): memory is
/// told to let go of it then.
final class DirectFile {
    private let file: SystemFile
    /// The same file, opened once more; `nil` where its file system refuses it.
    private var direct: SystemFile?

    var name: String { file.name }

    init(_ name: String, in folder: Folder, flags: Int32) throws(StoreError) {
        file = try SystemFile(name, in: folder, flags: flags)
        let direct = try SystemFile(name, in: folder, flags: O_RDWR)
        if page_cache_bypass(direct.descriptor) == 0 { self.direct = direct }
    }

    var size: Int64 { get throws(StoreError) { try file.size } }
    func truncate(to size: Int64) throws(StoreError) { try file.truncate(to: size) }
    func sync() throws(StoreError) { try file.sync() }

    /// Takes over these octets of another file, at the same place; answers their checksum, going on from `checksum`.
    func fill(
        from source: SystemFile, _ range: Range<Int64>, checksum: UInt32, through buffer: CopyBuffer, bypassing: Bool
    ) throws(StoreError) -> UInt32 {
        let most = bypassing ? CopyBuffer.piece : CopyBuffer.size
        let checksum = try source.pieces(of: range, from: checksum, through: buffer, most: most) { (bytes, place) throws(StoreError) in
            let done = bypassing ? try writeBlocks(of: bytes, at: place) : 0
            if done < bytes.count { try file.write(UnsafeRawBufferPointer(rebasing: bytes[done...]), at: place + Int64(done)) }
        }
        // The drive's work is spread over the copying, or the sync at the end would hold mail up.
        file.beginWriting(range)
        return checksum
    }

    /// The checksum of these octets as the drive has them, going on from `checksum`.
    func checksum(
        _ range: Range<Int64>, from checksum: UInt32, through buffer: CopyBuffer, bypassing: Bool
    ) throws(StoreError) -> UInt32 {
        var checksum = checksum
        var place = range.lowerBound
        while place < range.upperBound {
            guard bypassing, let direct else {
                return try file.checksum(place..<range.upperBound, from: checksum, fromDrive: true, through: buffer)
            }
            let begin = place - place % CopyBuffer.block
            let wanted = min(range.upperBound - begin, CopyBuffer.piece)
            let blocks = (wanted + CopyBuffer.block - 1) / CopyBuffer.block
            let count = pread(direct.descriptor, buffer.bytes.baseAddress, Int(blocks * CopyBuffer.block), off_t(begin))
            if count < 0 {
                if errno == EINVAL { self.direct = nil } else if errno != EINTR { throw StoreError(errno: errno, "read", name) }
                continue
            }
            let end = min(range.upperBound, begin + Int64(count))
            guard end > place else { throw .damaged("\(name) ends at \(begin + Int64(count))") }
            checksum = checksum_crc32c(checksum, buffer.bytes.baseAddress! + Int(place - begin), Int(end - place))
            place = end
        }
        return checksum
    }

    /// Answers how many of the octets, from the first on, are written: those that make whole blocks, or none.
    private func writeBlocks(of bytes: UnsafeRawBufferPointer, at place: Int64) throws(StoreError) -> Int {
        guard place % CopyBuffer.block == 0 else { return 0 }
        let whole = bytes.count - bytes.count % Int(CopyBuffer.block)
        var done = 0
        while done < whole, let direct {
            let count = pwrite(direct.descriptor, bytes.baseAddress! + done, whole - done, off_t(place) + off_t(done))
            if count < 0 {
                if errno == EINVAL { self.direct = nil } else if errno != EINTR { throw StoreError(errno: errno, "write", name) }
                continue
            }
            guard count > 0 else { throw .noSpace }
            // What came of a block that is not whole is written again.
            done += count - count % Int(CopyBuffer.block)
            if count < CopyBuffer.block { break }
        }
        return done
    }
}
