import CChecksum
@preconcurrency import Glibc

/// What the store asks of its drive: to write, to lock in both ways, to sync, and to read back what was written.
public enum DriveProbe {
    /// Why mail could not be kept in the folder, half a sentence; `nil` when it could, or when nothing may be written there to find out.
    /// Somebody's mail that lies there is let alone. Whoever asks waits as long as the drive does.
    public static func refusal(in folder: String) -> String? {
        guard access(folder + "/" + CopyPlace.name, F_OK) != 0, access(folder, W_OK | X_OK) == 0 else { return nil }
        do throws(StoreError) {
            _ = try rate(of: Folder(folder), octets: 4096, as: "postern-mail.look")
            return nil
        } catch {
            switch error {
            case .unavailable(let reason), .damaged(let reason): return reason
            case .noSpace: return "it is full"
            default: return "\(error)"
            }
        }
    }

    /// Octets a second that the drive takes, synced. The file has its name for a moment only.
    static func rate(of folder: Folder, octets: Int, as name: String) throws(StoreError) -> Int {
        let file = try SystemFile(name, in: folder, flags: O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW)
        try folder.remove(name)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else { throw StoreError(errno: errno, "lock", name) }
        // The index's kind of lock.
        var lock = Glibc.flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard fcntl(file.descriptor, F_SETLK, &lock) == 0 else { throw StoreError(errno: errno, "lock", name) }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: octets, alignment: 4096)
        defer { piece.deallocate() }
        piece.initializeMemory(as: UInt8.self, repeating: 0xA5)
        let begun = unixMicroseconds()
        try file.write(UnsafeRawBufferPointer(piece), at: 0)
        try file.sync()
        let rate = octets * 1_000_000 / Int(max(1, unixMicroseconds() - begun))
        guard try file.checksum(0..<Int64(octets), fromDrive: true) == checksum_crc32c(0, piece.baseAddress, octets) else {
            throw .damaged("\(name) is read back as something else")
        }
        return rate
    }
}
