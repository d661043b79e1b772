@preconcurrency import Glibc
public import MailCore

/// The copy of the index beside it: a rebuild begins with it.
enum IndexCopy {
    static let name = "index.copy.sqlite"

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

extension MailStore {
    /// Copies the index aside on its own drive; answers the copy's size.
    public func copyIndex() async throws(StoreError) -> ByteCount {
        guard let engine else { throw availability.refusal ?? .unavailable("it is not open") }
        return try await upkeep.run { () throws(StoreError) in
            try IndexCopy.make(of: engine)
            return ByteCount(Int(clamping: engine.root.size(of: IndexCopy.name)))
        }
    }
}
