import Synchronization

/// The packs of one step of a copy, for as many threads as work on them: no pack is two threads'.
final class PacksInHand: Sendable {
    /// So many are worked on at once when nothing else wants the machine: a drive does more when it has more to do.
    private static let atOnce = 3
    /// Whoever is done with one goes on with another.
    static let most = 2 * atOnce

    private let left: Mutex<[(PackCopy, end: Int64)]>

    init(_ packs: [(PackCopy, end: Int64)]) { left = Mutex(packs.reversed()) }

    /// Goes on with the first one by `limit` octets.
    func goOn(by limit: Int64) throws(StoreError) { try goOn(by: limit, isAlone: false) { false } }

    /// Goes on with several at once, for a while or until mail comes, which finds a piece of `limit` octets of each in its way.
    func goOnTogether(by limit: Int64, behind store: MailStore) async throws(StoreError) {
        let hurries = store.hurry()
        do {
            try await withThrowingTaskGroup { group in
                for _ in 0..<Self.atOnce {
                    group.addTask {
                        try await store.upkeep.run { () throws(StoreError) in
                            try self.goOn(by: limit, isAlone: true, while: hurries)
                        }
                    }
                }
                try await group.waitForAll()
            }
        } catch { throw error as? StoreError ?? .unavailable("\(error)") }
    }

    private func goOn(by limit: Int64, isAlone: Bool, while mayGoOn: () -> Bool) throws(StoreError) {
        while let (pack, end) = left.withLock({ $0.popLast() }) {
            repeat {
                if try pack.step(to: end, limit: limit, isAlone: isAlone) { break }
            } while mayGoOn()
            if !mayGoOn() { return }
        }
    }
}
