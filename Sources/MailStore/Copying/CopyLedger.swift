@preconcurrency import Glibc

/// What a copy in the making has proven: `proven`, a line a pack (`number size checksum`), synced as it grows. Who goes on with the
/// copy after a crash does not copy it again.
struct CopyLedger {
    static let file = "proven"
    private(set) var packs: [Int64: Int64] = [:]
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
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            guard words.count == 3, let number = Int64(words[0]), let size = Int64(words[1]) else { continue }
            packs[number] = size
        }
        try file.truncate(to: Int64(end))
    }

    mutating func add(_ pack: Int64, size: Int64, checksum: UInt32) throws(StoreError) {
        let line = Array("\(pack) \(size) \(String(checksum, radix: 16))\n".utf8)
        let end = try file.size
        let outcome: Result<Void, StoreError> = line.withUnsafeBytes { bytes in
            Result { () throws(StoreError) in try file.write(bytes, at: end) }
        }
        try outcome.get()
        try file.syncData()
        packs[pack] = size
    }
}
