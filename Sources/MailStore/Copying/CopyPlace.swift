@preconcurrency import Glibc
import MailCore

/// Where a copy of the store comes to be: the folder `postern-mail` on the new drive, which the gatekeeper may have prepared where the
/// daemon could make none.
///
/// | what lies in it | what it is |
/// |---|---|
/// | `identity` | a whole store; with a mark beside it, one that a crash kept from being taken back or from being wholly ready |
/// | `store`, the mark, and no `identity` | a copy in the making, or the rest of one that is being removed: nothing opens it |
///
/// An older copy of the same store that lies there is taken back into the making: what has not changed since is only compared.
struct CopyPlace: Sendable {
    static let name = "postern-mail"
    /// Whose copy is in the making here.
    static let mark = "store"

    let parent: Folder
    let root: Folder
    let packs: Folder

    init(in folder: String, for identity: StoreIdentity) throws(StoreError) {
        parent = try Folder(folder)
        root = try Folder(folder + "/" + Self.name, create: true)
        if let found = try StoreIdentity.read(in: root) {
            guard found.store == identity.store, found.generation != identity.generation else {
                throw .unavailable("another mail store lies in \(folder)")
            }
            try root.remove(CopyLedger.file)
            try SystemFile.replace(Self.mark, in: root, with: identity.store.description)
            // Without its identity it can be taken for nothing any more.
            try root.remove(StoreIdentity.file)
        }
        try Self.claim(root, for: identity)
        packs = try Folder(root.path + "/packs", create: true)
        try root.sync()
        try parent.sync()
    }

    /// What another store's copy left there is worth nothing to us.
    private static func claim(_ root: Folder, for identity: StoreIdentity) throws(StoreError) {
        if try copyInTheMaking(in: root) == identity.store { return }
        if root.has(CopyLedger.file) {
            try root.remove(CopyLedger.file)
            if root.has("packs") { try root.removeTree("packs") }
        }
        try SystemFile.replace(mark, in: root, with: identity.store.description)
    }

    /// The store of which a copy is in the making in this folder.
    static func copyInTheMaking(in root: Folder) throws(StoreError) -> AccountID? {
        guard root.has(mark) else { return nil }
        return AccountID(try SystemFile(mark, in: root, flags: O_RDONLY).text()[...])
    }

    func has(_ pack: Int64, _ size: Int64?) -> Bool { packs.size(of: PackName.file(pack)) == size }

    /// An older copy may have packs that were compacted away since.
    func dropStrangers(to list: PackList) throws(StoreError) {
        for number in try packs.names().compactMap(PackName.number) where list.sealed[number] == nil && number != list.open.number {
            try packs.remove(PackName.file(number))
        }
    }

    /// The drive is where it was when the copy began: a drive that was pulled can be written to for as long as it is held open.
    func checkDrive() throws(StoreError) {
        guard root.isStillInPlace else { throw .unavailable("the drive of \(parent.path) is not mounted any more") }
    }

    /// It has its identity when this returns, durably: it is a whole store.
    func complete(_ identity: StoreIdentity) throws(StoreError) {
        try root.remove(CopyLedger.file)
        try root.sync()
        try identity.write(in: root)
        try root.remove(Self.mark)
        try root.sync()
    }

    /// Takes away what a copy has left in the folder, and the folder itself where that is allowed. What is a whole store stays.
    static func remove(from parent: Folder) throws(StoreError) {
        guard parent.has(name) else { return }
        let root = try Folder(parent.path + "/" + name)
        guard root.has(mark), !root.has(StoreIdentity.file) else { return }
        try root.removeAll { $0 != mark }
        try root.remove(mark)
        try root.sync()
        // On a drive that belongs to root the gatekeeper's folder stays, empty.
        if unlinkat(parent.descriptor, name, AT_REMOVEDIR) == 0 { try parent.sync() }
    }
}

extension Folder {
    /// Removes a folder of this one with all files in it and in its folders. Links are not followed.
    func removeTree(_ name: String) throws(StoreError) {
        try Folder(path + "/" + name).removeAll { _ in true }
        guard unlinkat(descriptor, name, AT_REMOVEDIR) == 0 else { throw StoreError(errno: errno, "remove", name) }
    }

    /// Removes what has these names, folders with all that is in them.
    func removeAll(_ isDoomed: (String) -> Bool) throws(StoreError) {
        for inner in try names() where isDoomed(inner) {
            var status = stat()
            guard fstatat(descriptor, inner, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR { try removeTree(inner) } else { try remove(inner) }
        }
    }
}
