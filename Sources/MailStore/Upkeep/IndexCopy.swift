@preconcurrency import Glibc
public import MailCore

/// The copy of the index beside it: a rebuild begins with it.
enum IndexCopy {
    static let name = "index.copy.sqlite"

    /// Copies the index as it is now, whole or not at all. Reads only: mail flows meanwhile.
    static func make(in root: Folder, of index: String = "index.sqlite") throws(StoreError) {
        let new = name + ".new"
        try root.remove(new)
        let reader = try IndexConnection(path: root.path + "/" + index, .reader)
        defer { reader.close() }
        let copy = try reader.statement("VACUUM INTO ?1")
        copy.bind(1, root.path + "/" + new)
        try copy.run()
        try SystemFile(new, in: root, flags: O_RDWR).sync()
        try root.rename(new, to: root, as: name)
        try root.sync()
    }
}

extension MailStore {
    /// Copies the index aside on its own drive; answers the copy's size.
    public func copyIndex() async throws(StoreError) -> ByteCount {
        guard let engine else { throw availability.refusal ?? .unavailable("it is not open") }
        return try await upkeep.run { () throws(StoreError) in
            try IndexCopy.make(in: engine.root)
            return ByteCount(Int(clamping: engine.root.size(of: IndexCopy.name)))
        }
    }
}
