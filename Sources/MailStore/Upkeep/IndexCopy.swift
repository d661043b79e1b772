@preconcurrency import Glibc
import MailCore

/// The nightly copy of the index: a rebuild begins with it.
enum IndexCopy {
    static let name = "index.copy.sqlite"
    private static let interval = 24 * 3600

    /// Whether the last copy is older than a day.
    static func isDue(in root: Folder) -> Bool {
        var status = stat()
        guard fstatat(root.descriptor, name, &status, 0) == 0 else { return true }
        return time(nil) - status.st_mtim.tv_sec >= interval
    }

    /// Copies the index as it is now, whole or not at all. Reads only: mail flows meanwhile.
    static func make(of engine: Engine) throws(StoreError) {
        let new = name + ".new"
        try engine.root.remove(new)
        let reader = try IndexConnection(path: engine.indexPath, .reader)
        defer { reader.close() }
        let copy = try reader.statement("VACUUM INTO ?1")
        copy.bind(1, engine.root.path + "/" + new)
        try copy.run()
        try SystemFile(new, in: engine.root, flags: O_RDWR).sync()
        try engine.root.rename(new, to: engine.root, as: name)
        try engine.root.sync()
    }
}
