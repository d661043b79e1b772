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

    /// Opens the store, or makes it when neither it nor its marker exists.
    init(at path: String, marker: String?) throws {
        let remembered = try marker.flatMap { try StoreIdentity.remembered(in: $0) }
        let drive = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
        if remembered == nil, !drive.isEmpty { mkdir(drive, 0o700) }
        let root = try Folder(path, create: remembered == nil)
        self.root = root
        if let found = try StoreIdentity.read(in: root) {
            guard remembered == nil || remembered == found else {
                throw StoreError.unavailable("another store than expected lies at \(path); is the right drive mounted?")
            }
            identity = found
        } else {
            guard remembered == nil else { throw StoreError.unavailable("there is no mail store at \(path); is its drive mounted?") }
            identity = StoreIdentity(store: .random(), generation: 1)
            try identity.write(in: root)
        }
        if remembered == nil, let marker { try identity.remember(in: marker) }
        packs = try Folder(path + "/packs", create: true)
        spool = try Folder(path + "/spool", create: true)
        for name in try spool.names() { try spool.remove(name) }
        packReader = PackReader(folder: packs)
        indexPath = path + "/index.sqlite"
        try Schema.migrate(indexPath)
        index = try IndexConnection(path: indexPath, .writer)
        try root.sync()
    }
}

/// Which store this is. A move makes the same store's next generation, so that an old copy is never taken for the live one.
struct StoreIdentity: Hashable, Sendable {
    var store: AccountID
    var generation: Int

    private static let file = "identity"

    private var text: String { "postern-mail format \(Schema.format)\nstore \(store)\ngeneration \(generation)\n" }

    private init?(text: String) throws(StoreError) {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        guard lines.count >= 3, lines[0].count == 3, lines[0][0] == "postern-mail", let format = Int(lines[0][2]), lines[1].count == 2,
            let store = AccountID(lines[1][1]), lines[2].count == 2, let generation = Int(lines[2][1])
        else { return nil }
        guard format <= Schema.format else { throw .damaged("the store has format \(format); this Postern reads \(Schema.format)") }
        self.init(store: store, generation: generation)
    }

    init(store: AccountID, generation: Int) {
        self.store = store
        self.generation = generation
    }

    /// What lies in the store's folder.
    static func read(in folder: Folder) throws(StoreError) -> StoreIdentity? {
        guard faccessat(folder.descriptor, file, F_OK, 0) == 0 else { return nil }
        let file = try SystemFile(file, in: folder, flags: O_RDONLY)
        guard let identity = try StoreIdentity(text: try file.text()) else { throw .damaged("\(folder.path)/identity cannot be read") }
        return identity
    }

    func write(in folder: Folder) throws(StoreError) {
        try SystemFile.replace(Self.file, in: folder, with: text)
    }

    /// What the marker on the system drive says.
    static func remembered(in marker: String) throws(StoreError) -> StoreIdentity? {
        guard access(marker, F_OK) == 0 else { return nil }
        let descriptor = open(marker, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreError(errno: errno, "open", marker) }
        guard let identity = try StoreIdentity(text: try SystemFile(adopting: descriptor, name: marker).text()) else {
            throw .damaged("\(marker) cannot be read")
        }
        return identity
    }

    func remember(in marker: String) throws(StoreError) {
        let slash = marker.lastIndex(of: "/")
        let folder = try Folder(slash.map { String(marker[..<$0]) } ?? ".")
        try SystemFile.replace(slash.map { String(marker[marker.index(after: $0)...]) } ?? marker, in: folder, with: text)
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
