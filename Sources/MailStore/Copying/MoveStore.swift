@preconcurrency import Glibc
import MailCore
import Synchronization

/// The last moment of a move.
extension StoreCopy {
    /// Pauses all writes, copies the tail, makes the copy the live store, and lets mail go on there. Sessions wait and notice nothing.
    /// Answers how long the pause was; `nil`, and nothing has happened, when too much mail has come meanwhile.
    ///
    /// The one commit point is `StoreMemory.remember`: before it the old place is the live one, after it the new one.
    public func move() async throws(StoreError) -> Duration? {
        guard let memory = store.configuration.memory else { throw .unavailable("nobody remembers where the store is") }
        let clock = ContinuousClock()
        let target = place.parent.path
        let begun = Mutex(clock.now)
        let isMoved = try await finish { [store, engine, place] (writer, open) throws(StoreError) in
            // Where no mail could be taken it is not moved to.
            guard let space = place.root.space, space.free >= store.configuration.freeSpaceFloor().bytes else { throw .noSpace }
            let identity: StoreIdentity
            do {
                identity = StoreIdentity(
                    store: engine.identity.store, generation: try memory.takeGeneration(engine.identity.generation + 1))
                try place.complete(identity)
                try place.checkDrive()
                try memory.remember(identity, target)
            } catch let error as StoreError {
                throw error
            } catch {
                throw .unavailable("the move could not be noted: \(error)")
            }
            open.close()
            store.moved(to: target)
            writer.open = store.reopen()
            // The mail is there, and only there: nothing is read from the old place any more.
            if writer.open == nil { store.wentAway("\(target) could not be opened after the move") }
        } onBegin: {
            begun.withLock { $0 = clock.now }
        }
        guard isMoved else { return nil }
        store.readersRenew()
        return begun.withLock { $0 }.duration(to: clock.now)
    }

    /// Pauses all writes for the tail and makes the copy a whole one, a backup: it is no store that can be opened as it lies there.
    public func becomeBackup() async throws(StoreError) -> Bool {
        let place = place
        let identity = StoreIdentity(store: engine.identity.store, generation: 0)
        guard try await finish() else { return false }
        try await store.upkeep.run { () throws(StoreError) in try place.complete(identity) }
        return true
    }

    /// Whether a copy was begun in the folder, or ended.
    public static func hasBegun(in folder: String) -> Bool {
        let root = folder + "/" + CopyPlace.name + "/"
        return access(root + CopyPlace.mark, F_OK) == 0 || access(root + StoreIdentity.file, F_OK) == 0
    }

    /// Takes away a copy that is not wanted any more.
    public static func discardIncoming(in folder: String) throws(StoreError) { try CopyPlace.remove(from: try Folder(folder)) }
}

extension MailStore {
    /// Whose store is open, and which generation of it.
    public var identity: StoreIdentity? { engine?.identity }

    /// Removes the store that a move or an adoption has left in `folder`. Throws when what lies there is not that one.
    public func discardOldCopy(_ left: StoreIdentity, in folder: String) async throws(StoreError) {
        guard let identity = engine?.identity else { throw availability.refusal ?? .unavailable("it is not open") }
        guard folder != self.folder else { throw .unavailable("the mail is in \(folder)") }
        try await upkeep.run { () throws(StoreError) in
            let parent = try Folder(folder)
            if let found = try StoreIdentity.found(in: folder) {
                guard found == left, found != identity else { throw .unavailable("what lies in \(folder) is not what was left there") }
                let old = try Folder(folder + "/" + CopyPlace.name)
                try SystemFile.replace(CopyPlace.mark, in: old, with: left.store.description)
                try old.remove(StoreIdentity.file)
                try old.sync()
            }
            // A removal that was broken off goes on here.
            try CopyPlace.remove(from: parent)
        }
    }

    func readersRenew() {
        readers.renew()
        longReaders.renew()
    }
}
