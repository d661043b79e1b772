import CChecksum
@preconcurrency import Glibc
import MailCore
import Synchronization

/// Reads messages out of packs. Any thread: files are opened once, shared, and read by `pread`.
final class PackReader: Sendable {
    /// Descriptors kept open. A pack holds 64 MiB, so that 256 of them cover what people look at.
    private static let openFiles = 256

    /// Packs that are asked for when the drive seems to give nothing, and pages of each besides its first and last.
    private static let askedPacks = 8
    private static let askedPages = 4

    private let folder: Folder
    private let files = Mutex<[Int64: SystemFile]>([:])

    init(folder: Folder) { self.folder = folder }

    /// Fills the buffer with octets of the message from `offset` on.
    func read(_ message: StoredMessage, from offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) {
        precondition(offset >= 0 && offset + buffer.count <= message.size, "only octets of the message are read")
        try file(message.pack).read(into: buffer, at: message.offset + Int64(offset))
        guard buffer.count == message.size else { return }
        guard checksum_crc32c(0, buffer.baseAddress, buffer.count) == message.checksum else {
            throw .damaged("message \(message.id) in \(PackName.file(message.pack)) at \(message.offset): checksum")
        }
    }

    /// The whole message, when the kernel has it in memory: then nobody waits for the drive. Any thread, event loops too.
    func atHand(_ message: StoredMessage, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        guard let file = files.withLock({ $0[message.pack] }) else { return false }
        return file.readAtHand(into: buffer, at: message.offset)
            && checksum_crc32c(0, buffer.baseAddress, buffer.count) == message.checksum
    }

    /// The file of a pack is closed and never asked for again.
    func forget(_ pack: Int64) { files.withLock { _ = $0.removeValue(forKey: pack) } }

    /// Octets of a pack's file; 0 when it is not there.
    func size(of pack: Int64) -> Int64 { folder.size(of: PackName.file(pack)) }

    /// Whether the pack can be read: one that is held open can, even when it has no name any more.
    func has(_ pack: Int64) -> Bool { files.withLock { $0[pack] != nil } || folder.has(PackName.file(pack)) }

    /// The pack's file for somebody who reads all of it, not kept among those that people look at.
    func open(_ pack: Int64) throws(StoreError) -> SystemFile { try SystemFile(PackName.file(pack), in: folder, flags: O_RDONLY) }

    /// Whether the drive refuses to give the first page, the last and others of each pack that it is asked for, wherever they lie: it is
    /// away, and not damaged at some places.
    func givesNothing() -> Bool {
        guard let packs = try? folder.names().compactMap(PackName.number) else { return true }
        return packs.shuffled().prefix(Self.askedPacks).allSatisfy { pack in
            guard let file = try? SystemFile(PackName.file(pack), in: folder, flags: O_RDONLY) else { return true }
            // What the kernel has in memory says nothing of the drive.
            posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_DONTNEED)
            return Self.askedPlaces(size: (try? file.size) ?? 0).allSatisfy { place in
                withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { octet in
                    do throws(StoreError) { try file.read(into: octet, at: place) } catch {
                        if case .unavailable = error { return true }
                    }
                    return false
                }
            }
        }
    }

    /// Where pages begin that are asked for of a file of this size: the first, the last and some between. Behind its end no drive is asked.
    static func askedPlaces(size: Int64) -> [Int64] {
        guard size > 0 else { return [] }
        return ([0, size - 1] + (0..<askedPages).map { _ in .random(in: 0..<size) }).map { $0 & ~4095 }
    }

    private func file(_ pack: Int64) throws(StoreError) -> SystemFile {
        if let file = files.withLock({ $0[pack] }) { return file }
        let file = try SystemFile(PackName.file(pack), in: folder, flags: O_RDONLY)
        files.withLock { files in
            if files.count >= Self.openFiles { files.removeAll(keepingCapacity: true) }
            files[pack] = file
        }
        return file
    }
}
