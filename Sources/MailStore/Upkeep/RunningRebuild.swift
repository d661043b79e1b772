public import Logging
import MailCore

/// A rebuild of the index in a daemon that runs. The store is away for as long as that takes, as if its drive were: mail is put off, and
/// whoever reads hears that it is unavailable.
extension MailStore {
    /// The store is away from here on, and after a crash it stays so until the rebuild is done again.
    public func beginRebuild() async throws(StoreError) -> IndexRebuild {
        let folder = self.folder
        try await onWriter { [self] (writer) throws(StoreError) in
            try checkPlace(folder)
            try IndexRebuild.begin(in: folder)
            writer.open?.abandon()
            writer.open = nil
            wentAway(IndexRebuild.underWay)
        }
        do throws(StoreError) {
            return try await upkeep.run { () throws(StoreError) in try IndexRebuild(in: folder) }
        } catch {
            try? await giveUpRebuild()
            throw error
        }
    }

    /// What is made anew is ours, and not what lies where its drive should be.
    private func checkPlace(_ folder: String) throws(StoreError) {
        let remembered: StoreIdentity?
        do { remembered = try configuration.memory?.remembered() } catch { throw .unavailable("\(error)") }
        guard let found = try StoreIdentity.found(in: folder), remembered == nil || remembered == found else {
            throw .unavailable("there is no mail store in \(folder); is its drive mounted?")
        }
    }

    /// Takes up some `limit` octets; answers whether there are more.
    public func step(_ rebuild: IndexRebuild, limit: Int) async throws(StoreError) -> Bool {
        try await upkeep.run { () throws(StoreError) in try rebuild.step(limit: limit) }
    }

    /// The new index is in its place; the store is away until ``endRebuild()``.
    public func complete(_ rebuild: IndexRebuild, logger: Logger) async throws(StoreError) -> RebuildReport {
        try await upkeep.run { () throws(StoreError) in try rebuild.complete(logger) }
    }

    /// Ends the store and what keeps the next start from opening it. Mailboxes may have other numbers from now on, so nothing that knows
    /// the old ones may go on.
    public func endRebuild() async throws(StoreError) {
        let folder = self.folder
        await close()
        try IndexRebuild.end(in: folder)
    }

    /// The index that was there is in use again.
    public func giveUpRebuild() async throws(StoreError) {
        let folder = self.folder
        try await upkeep.run { () throws(StoreError) in try IndexRebuild.giveUp(in: folder) }
    }
}
