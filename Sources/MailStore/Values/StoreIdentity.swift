@preconcurrency import Glibc
public import MailCore

/// Which store this is. A move makes the same store's next generation, so that an old copy is never taken for the live one.
public struct StoreIdentity: Hashable, Sendable {
    public var store: AccountID
    /// 0 for a backup, which is never a live store.
    public var generation: Int

    public init(store: AccountID, generation: Int) {
        self.store = store
        self.generation = generation
    }

    /// What lies in `folder`/postern-mail; `nil` when there is no store. Throws `.tooNew` when it is one of a newer Postern.
    public static func found(in folder: String) throws(StoreError) -> StoreIdentity? {
        guard access(folder + "/postern-mail/identity", F_OK) == 0 else { return nil }
        return try read(in: Folder(folder + "/postern-mail"))
    }

    static let file = "identity"

    private var text: String { "postern-mail format \(Schema.format)\nstore \(store)\ngeneration \(generation)\n" }

    private init?(text: String) throws(StoreError) {
        let lines = text.parts(at: "\n").map { $0.parts(at: " ") }
        guard lines.count >= 3, lines[0].count == 3, lines[0][0] == "postern-mail", let format = Int(lines[0][2]), lines[1].count == 2,
            let store = AccountID(lines[1][1]), lines[2].count == 2, let generation = Int(lines[2][1])
        else { return nil }
        guard format <= Schema.format else { throw .tooNew("it has format \(format), this one reads \(Schema.format)") }
        self.init(store: store, generation: generation)
    }

    /// What lies in the store's folder.
    static func read(in folder: Folder) throws(StoreError) -> StoreIdentity? {
        guard folder.has(file) else { return nil }
        let file = try SystemFile(file, in: folder, flags: O_RDONLY)
        guard let identity = try StoreIdentity(text: try file.text()) else {
            throw .unavailable("\(folder.path)/\(Self.file) does not say whose mail this is")
        }
        return identity
    }

    func write(in folder: Folder) throws(StoreError) {
        try SystemFile.replace(Self.file, in: folder, with: text)
    }
}

/// What somebody off the mail drive knows of the store: its name, its generation and its place. These are called on the store's own
/// threads and may wait for a drive.
public struct StoreMemory: Sendable {
    /// What must lie there; `nil` before the first start.
    public var remembered: @Sendable () throws -> StoreIdentity?
    /// The store is this one, in this folder, from now on: the one commit point of a move. A throw means that it is not.
    public var remember: @Sendable (StoreIdentity, _ folder: String) throws -> Void
    /// A generation of at least this that no copy ever had.
    public var takeGeneration: @Sendable (Int) throws -> Int

    public init(
        remembered: @escaping @Sendable () throws -> StoreIdentity?, remember: @escaping @Sendable (StoreIdentity, String) throws -> Void,
        takeGeneration: @escaping @Sendable (Int) throws -> Int
    ) {
        self.remembered = remembered
        self.remember = remember
        self.takeGeneration = takeGeneration
    }
}
