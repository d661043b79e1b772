/// Which messages are marked as deleted: a bit for each.
struct Marks: Sendable {
    private var words: [UInt64]
    private(set) var count = 0

    init(messages: Int) { words = [UInt64](repeating: 0, count: (messages + 63) / 64) }

    func contains(_ index: Int) -> Bool { words[index / 64] & 1 << UInt64(index % 64) != 0 }

    mutating func insert(_ index: Int) {
        guard !contains(index) else { return }
        words[index / 64] |= 1 << UInt64(index % 64)
        count += 1
    }
}
