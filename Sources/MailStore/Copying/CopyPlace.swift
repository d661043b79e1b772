@preconcurrency import Glibc
import MailCore

/// Where a copy of the store comes to be: `FOLDER/postern-mail.incoming`, and `FOLDER/postern-mail` when it is whole.
///
/// An older copy of the same store that lies there is taken back into the making: what has not changed since is only compared.
struct CopyPlace: Sendable {
    static let name = "postern-mail"
    static let incoming = "postern-mail.incoming"

    let parent: Folder
    let root: Folder
    let packs: Folder

    init(in folder: String, for identity: StoreIdentity) throws(StoreError) {
        parent = try Folder(folder)
        if let found = try StoreIdentity.found(in: folder) {
            guard found.store == identity.store, found.generation != identity.generation else {
                throw .unavailable("another mail store lies in \(folder)")
            }
            // Without its identity it can be taken for nothing any more.
            let old = try Folder(folder + "/" + Self.name)
            try old.remove(StoreIdentity.file)
            try old.sync()
            if parent.has(Self.incoming) { try parent.removeTree(Self.incoming) }
            try parent.rename(Self.name, to: parent, as: Self.incoming)
            try parent.sync()
        }
        root = try Folder(folder + "/" + Self.incoming, create: true)
        try Self.claim(root, for: identity)
        packs = try Folder(root.path + "/packs", create: true)
        try root.sync()
        try parent.sync()
    }

    /// What another store's copy left there is worth nothing to us.
    private static func claim(_ root: Folder, for identity: StoreIdentity) throws(StoreError) {
        let owner = "store"
        if root.has(owner), try SystemFile(owner, in: root, flags: O_RDONLY).text() == identity.store.description { return }
        if root.has(CopyLedger.file) {
            try root.remove(CopyLedger.file)
            if root.has("packs") { try root.removeTree("packs") }
        }
        try SystemFile.replace(owner, in: root, with: identity.store.description)
    }

    func has(_ pack: Int64, _ size: Int64?) -> Bool { packs.size(of: PackName.file(pack)) == size }

    /// It has its name and its identity when this returns, durably.
    func complete(_ identity: StoreIdentity) throws(StoreError) {
        for name in [CopyLedger.file, "store"] { try root.remove(name) }
        try identity.write(in: root)
        try parent.rename(Self.incoming, to: parent, as: Self.name)
        try parent.sync()
    }
}

extension Folder {
    /// Removes a folder of this one with all files in it and in its folders. Links are not followed.
    func removeTree(_ name: String) throws(StoreError) {
        let folder = try Folder(path + "/" + name)
        for inner in try folder.names() {
            var status = stat()
            guard fstatat(folder.descriptor, inner, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR { try folder.removeTree(inner) } else { try folder.remove(inner) }
        }
        guard unlinkat(descriptor, name, AT_REMOVEDIR) == 0 else { throw StoreError(errno: errno, "remove", name) }
    }
}
