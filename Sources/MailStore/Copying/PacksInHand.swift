import Synchronization

/// The packs of one step of a copy, for as many threads as work on them: no pack is two threads'.
final class PacksInHand: Sendable {
    private let left: Mutex<[(PackCopy, end: Int64)]>

    init(_ packs: [(PackCopy, end: Int64)]) { left = Mutex(packs.reversed()) }

    /// Goes on with one pack by `limit` octets, and as long as it may by as many again, and with the next one when it is proven.
    func goOn(by limit: Int64, isAlone: Bool, while mayGoOn: () -> Bool) throws(StoreError) {
        while let (pack, end) = left.withLock({ $0.popLast() }) {
            repeat {
                if try pack.step(to: end, limit: limit, isAlone: isAlone) { break }
                if !isAlone { return }
            } while mayGoOn()
            if !isAlone || !mayGoOn() { return }
        }
    }
}
