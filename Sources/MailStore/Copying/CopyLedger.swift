@preconcurrency import Glibc
internal import MailCore

/// What a copy in the making has proven: `proven`, a line a pack (`number size checksum`), synced as it grows; the last line about a pack
/// counts. Who goes on with the copy, after a crash or a pause, does not copy it again: not the packs that are proven to their end, and
/// not the beginning of the others.
struct CopyLedger {
    /// So many octets of a pack came back from the drive as they were written, and what their checksum is.
    struct Proof: Hashable, Sendable {
        static let nothing = Proof(size: 0, checksum: 0)
        var size: Int64
        var checksum: UInt32
    }

    static let file = "proven"
    private(set) var packs: [Int64: Proof] = [:]
    private let file: SystemFile

    init(in root: Folder) throws(StoreError) {
        file = try SystemFile(Self.file, in: root, flags: O_RDWR | O_CREAT)
        let size = Int(clamping: try file.size)
        var bytes = [UInt8](repeating: 0, count: min(size, 64 << 20))
        let outcome: Result<Void, StoreError> = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(StoreError) in if !buffer.isEmpty { try file.read(into: buffer, at: 0) } }
        }
        try outcome.get()
        var end = 0
        // A last line without its end was being written when the power went.
        for line in bytes.prefix(through: bytes.lastIndex(of: 10) ?? -1).split(separator: 10, omittingEmptySubsequences: false).dropLast() {
            end += line.count + 1
            let words = String(decoding: line, as: UTF8.self).parts(at: " ")
            guard words.count == 3, let number = Int64(words[0]), let size = Int64(words[1]), let checksum = UInt32(words[2], radix: 16)
            else { continue }
            packs[number] = Proof(size: size, checksum: checksum)
        }
        try file.truncate(to: Int64(end))
    }

    mutating func note(_ pack: Int64, _ proof: Proof) throws(StoreError) {
        let line = Array("\(pack) \(proof.size) \(String(proof.checksum, radix: 16))\n".utf8)
        let end = try file.size
        let outcome: Result<Void, StoreError> = line.withUnsafeBytes { bytes in
            Result { () throws(StoreError) in try file.write(bytes, at: end) }
        }
        try outcome.get()
        try file.syncData()
        packs[pack] = proof
    }

    /// What was proven of a pack as far as it is still there and the pack has as much, which is nothing else than what the file will be
    /// when it is made anew: that is noted before.
    mutating func start(of pack: Int64, there: Int64, end: Int64) throws(StoreError) -> Proof {
        guard let proof = packs[pack], proof.size > 0 else { return .nothing }
        if proof.size <= min(there, end) { return proof }
        try note(pack, .nothing)
        return .nothing
    }
}
