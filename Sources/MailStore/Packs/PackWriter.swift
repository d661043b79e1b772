@preconcurrency import Glibc
import MailCore

/// The open pack: records are staged, written with one call, synced with one call. The writer's thread only.
///
/// Appending to a file makes each sync write the file's size too. So a background step writes zeros a stretch ahead
/// (``PackStretch``): a sync then costs a third.
final class PackWriter {
    private(set) var number: Int64
    /// One past the last record that was staged.
    private(set) var end: Int64
    private var file: SystemFile
    private let folder: Folder
    private let packSize: Int64
    private let stretch: PackStretch
    private var staged: [UInt8] = []
    private var stagedFrom: Int64
    /// Something is written that is not synced.
    private var isWritten = false

    /// Begins pack `number`. The file is new, or holds an orphan of a crash that the index never pointed to.
    init(number: Int64, in folder: Folder, packSize: Int64, workers: WorkerPool) throws(StoreError) {
        self.folder = folder
        self.packSize = packSize
        self.number = number
        file = try Self.create(number, in: folder)
        end = Int64(PackRecord.packHeaderLength)
        stagedFrom = end
        stretch = PackStretch(workers: workers)
        stretch.begin(file, from: end, limit: packSize)
    }

    /// Goes on in a pack that was left cleanly at `end`.
    init(continuing number: Int64, at end: Int64, in folder: Folder, packSize: Int64, workers: WorkerPool) throws(StoreError) {
        self.folder = folder
        self.packSize = packSize
        self.number = number
        file = try SystemFile(PackName.file(number), in: folder, flags: O_RDWR)
        guard try file.size >= end else { throw .damagedIndex("\(file.name) is shorter than its index says") }
        self.end = end
        stagedFrom = end
        stretch = PackStretch(workers: workers)
        stretch.begin(file, from: end, limit: packSize)
    }

    /// Whether there has been no record in it yet.
    var isEmpty: Bool { end == Int64(PackRecord.packHeaderLength) }

    /// Puts a record behind what is staged; answers the pack and the place of its first body octet. May write, sync and seal
    /// the pack before, when the record does not fit any more.
    func stage(header: [UInt8], body: UnsafeRawBufferPointer) throws(StoreError) -> (pack: Int64, offset: Int64) {
        let length = PackRecord.paddedLength(header: header.count, body: body.count)
        if end + Int64(length) > packSize, end > Int64(PackRecord.packHeaderLength) {
            try commit()
            try seal()
        }
        staged += header
        staged += body
        staged += repeatElement(0, count: length - header.count - body.count)
        let place = (number, end + Int64(header.count))
        end += Int64(length)
        return place
    }

    /// All that is staged is on the drive when this returns.
    func commit() throws(StoreError) {
        try write()
        try sync()
    }

    /// All that is staged is on its way to the drive, which is at work when this returns: ``sync()`` waits for it.
    func write() throws(StoreError) {
        guard !staged.isEmpty else { return }
        stretch.reach(end)
        let offset = stagedFrom
        let outcome: Result<Void, StoreError> = staged.withUnsafeBytes { bytes in
            Result { () throws(StoreError) in try file.write(bytes, at: offset) }
        }
        staged.removeAll(keepingCapacity: staged.count < 4 << 20)
        stagedFrom = end
        try outcome.get()
        file.startWriting(offset..<end)
        isWritten = true
    }

    /// All that was written is on the drive when this returns.
    func sync() throws(StoreError) {
        guard isWritten else { return }
        isWritten = false
        try file.syncData()
        stretch.extend(file, writtenTo: end, limit: packSize)
    }

    /// The next record goes into a new pack. What lies behind the last record is given back.
    func seal() throws(StoreError) {
        stretch.stop()
        try file.truncate(to: end)
        try file.sync()
        number += 1
        file = try Self.create(number, in: folder)
        end = Int64(PackRecord.packHeaderLength)
        stagedFrom = end
        stretch.begin(file, from: end, limit: packSize)
    }

    /// Takes a number for a pack that a spool file becomes; the open pack is sealed, so that numbers go up with age.
    func numberForSpool() throws(StoreError) -> Int64 {
        try commit()
        let taken: Int64
        if isEmpty {
            // Nothing is in the open pack: it takes the next number, the spool this one.
            stretch.stop()
            taken = number
            try folder.remove(PackName.file(number))
        } else {
            stretch.stop()
            try file.truncate(to: end)
            try file.sync()
            taken = number + 1
        }
        number = taken + 1
        file = try Self.create(number, in: folder)
        end = Int64(PackRecord.packHeaderLength)
        stagedFrom = end
        stretch.begin(file, from: end, limit: packSize)
        return taken
    }

    /// Ends all background work on the file. A clean end leaves the pack open for the next start.
    func close() { stretch.stop() }

    /// A new file with its header on the drive. When that fails none is left: it is tried again for as long as the drive is ill.
    private static func create(_ number: Int64, in folder: Folder) throws(StoreError) -> SystemFile {
        let name = PackName.file(number)
        do throws(StoreError) {
            let file = try SystemFile(name, in: folder, flags: O_RDWR | O_CREAT | O_TRUNC)
            let header = PackRecord.packHeader(number: number, firstRecord: PackRecord.packHeaderLength)
            let outcome: Result<Void, StoreError> = header.withUnsafeBytes { bytes in
                Result { () throws(StoreError) in try file.write(bytes, at: 0) }
            }
            try outcome.get()
            try file.sync()
            try folder.sync()
            return file
        } catch {
            try? folder.remove(name)
            throw error
        }
    }
}
