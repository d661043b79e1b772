@preconcurrency import Glibc

/// One pack on its way to another folder: copied, synced, read back.
///
/// `done` octets are copied and `proven` of them are read back from the drive; both grow as long as the drive has what it was given, and
/// so does the pack while it is the open one. It begins behind what an earlier copy has proven. What already lies there, as long as the
/// pack, is compared first and copied only when it differs.
final class PackCopy: @unchecked Sendable {
    // Whoever has asked for a step waits for its end before asking for the next: no two threads are in it at once.

    let number: Int64
    let source: SystemFile
    private let target: DirectFile
    private let buffer = CopyBuffer()
    /// Where it began.
    private let start: CopyLedger.Proof
    private(set) var done: Int64
    private(set) var checksum: UInt32
    private(set) var proven: Int64
    private var provenChecksum: UInt32
    private var compares: Bool

    /// `start`: what is proven of it there.
    init(
        _ number: Int64, from source: Folder, to target: Folder, behind start: CopyLedger.Proof = .nothing
    ) throws(StoreError) {
        self.number = number
        self.start = start
        (done, checksum, proven, provenChecksum) = (start.size, start.checksum, start.size, start.checksum)
        let name = PackName.file(number)
        self.source = try SystemFile(name, in: source, flags: O_RDONLY)
        self.target = try DirectFile(name, in: target, flags: O_RDWR | O_CREAT)
        compares = try self.target.size == self.source.size
        if !compares { try self.target.truncate(to: start.size) }
    }

    func isProven(to end: Int64) -> Bool { !compares && proven == end }

    /// Goes on towards `end` by up to `limit` octets: first copying, then proving; answers whether all of it is proven. `isAlone`: nothing
    /// else wants the machine, so that the kernel's memory may be used, with which it is faster.
    func step(to end: Int64, limit: Int64, isAlone: Bool = false) throws(StoreError) -> Bool {
        if compares { return try compare(to: end, limit, isAlone) }
        if done < end {
            let next = min(end, done + limit)
            checksum = try target.fill(from: source, done..<next, checksum: checksum, through: buffer, bypassing: !isAlone)
            done = next
            if done == end { try target.sync() }
            return false
        }
        if proven < end {
            let next = min(end, proven + limit)
            provenChecksum = try target.checksum(proven..<next, from: provenChecksum, through: buffer, bypassing: !isAlone)
            proven = next
        }
        guard proven == end else { return false }
        guard provenChecksum == checksum else {
            // What the drive has is not what it was given, and counts for nothing.
            (proven, provenChecksum) = (start.size, start.checksum)
            throw .unavailable("\(target.name) does not come back from the new drive as it was written; the drive cannot be trusted")
        }
        return true
    }

    /// Proves what is copied so far, however little it is. Answers what of it whoever goes on need not copy again; `nil` when that is no
    /// more than where it began.
    func prove() throws(StoreError) -> CopyLedger.Proof? {
        guard done > start.size else { return nil }
        try target.sync()
        if !compares { while try !step(to: done, limit: .max / 2) {} }
        return CopyLedger.Proof(size: done, checksum: checksum)
    }

    private func compare(to end: Int64, _ limit: Int64, _ isAlone: Bool) throws(StoreError) -> Bool {
        let next = min(end, done + limit)
        checksum = try source.checksum(done..<next, from: checksum, through: buffer)
        provenChecksum = try target.checksum(done..<next, from: provenChecksum, through: buffer, bypassing: !isAlone)
        done = next
        proven = next
        if provenChecksum != checksum {
            compares = false
            (done, proven, checksum, provenChecksum) = (start.size, start.size, start.checksum, start.checksum)
            try target.truncate(to: start.size)
            return false
        }
        guard done == end else { return false }
        try target.sync()
        compares = false
        return true
    }
}
