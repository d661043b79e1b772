@preconcurrency import Glibc
import MailCore

/// The store while its drive is there: folders held open, identity proven, index migrated.
///
/// ```
/// DRIVE/postern-mail/identity             whose store this is
///                    index.sqlite          the truth (WAL)
///                    packs/00000001.pack   bytes that it points to
///                    spool/                messages above the threshold, while they come in
/// ```
final class Engine: Sendable {
    let root: Folder
    let packs: Folder
    let spool: Folder
    let identity: StoreIdentity
    let packReader: PackReader
    /// The writer's connection; the writer's thread only.
    let index: IndexConnection
    let indexPath: String

    /// Opens the store, or makes it when there is none and none is remembered.
    init(at path: String, memory: StoreMemory?) throws {
        let remembered = try memory?.remembered()
        let drive = path.parentFolder
        if remembered == nil { mkdir(drive, 0o700) }
        let root = try Folder(path, create: remembered == nil)
        self.root = root
        if let found = try StoreIdentity.read(in: root) {
            guard remembered == nil || remembered == found else {
                throw StoreError.unavailable("another store or an old copy lies at \(path); is the right drive mounted?")
            }
            identity = found
        } else {
            guard remembered == nil else { throw StoreError.unavailable("there is no mail store at \(path); is its drive mounted?") }
            guard !root.has(CopyPlace.mark) else { throw StoreError.unavailable("a copy that was never finished lies at \(path)") }
            identity = StoreIdentity(store: .random(), generation: 1)
            try identity.write(in: root)
        }
        if remembered == nil { try memory?.remember(identity, drive) }
        guard !root.has(IndexRebuild.mark) else { throw StoreError.unavailable(IndexRebuild.underWay) }
        packs = try Folder(path + "/packs", create: true)
        // Packs without an index are no empty store.
        if !root.has("index.sqlite"), try packs.names().contains(where: { PackName.number($0) != nil }) {
            throw StoreError.damagedIndex("there is no index at \(path)")
        }
        spool = try Folder(path + "/spool", create: true)
        for name in try spool.names() { try spool.remove(name) }
        packReader = PackReader(folder: packs)
        indexPath = path + "/index.sqlite"
        try Schema.migrate(indexPath)
        index = try IndexConnection(path: indexPath, .writer)
        try root.sync()
    }
}

extension SystemFile {
    /// A small file's text.
    func text() throws(StoreError) -> String {
        let size = Int(clamping: try size)
        var bytes = [UInt8](repeating: 0, count: min(size, 65536))
        let outcome: Result<Void, StoreError> = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(StoreError) in try read(into: buffer, at: 0) }
        }
        try outcome.get()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes a file whole or not at all: beside it, synced, renamed, folder synced.
    static func replace(_ name: String, in folder: Folder, with text: String) throws(StoreError) {
        let file = try SystemFile(name + ".new", in: folder, flags: O_RDWR | O_CREAT | O_TRUNC)
        let outcome: Result<Void, StoreError> = Array(text.utf8).withUnsafeBytes { bytes in
            Result { () throws(StoreError) in try file.write(bytes, at: 0) }
        }
        try outcome.get()
        try file.sync()
        try folder.rename(name + ".new", to: folder, as: name)
        try folder.sync()
    }
}
