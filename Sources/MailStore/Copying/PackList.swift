/// The packs of a store that is copied, and those that its copy lacks.
///
/// They are looked for once: what is sealed never changes, numbers go up with age, and nothing takes a pack away while its store is
/// copied. What is new lies behind what is known.
struct PackList {
    /// Octets of each sealed pack.
    private(set) var sealed: [Int64: Int64] = [:]
    /// The pack that was appended to at the last look, and its committed end then.
    private(set) var open: (number: Int64, end: Int64)
    /// Sealed ones that are not proven, from the oldest on.
    private(set) var missing: [Int64] = []
    /// Octets of all sealed ones, and of those that are proven.
    private(set) var bytes: Int64 = 0
    private(set) var proven: Int64 = 0

    /// `isProven`: whether the copy has the pack of this number and size.
    init(
        of packs: Folder, before open: (number: Int64, end: Int64), isProven: (Int64, Int64) -> Bool
    ) throws(StoreError) {
        self.open = open
        for number in try packs.names().compactMap(PackName.number).sorted() where number < open.number {
            add(number, packs.size(of: PackName.file(number)), isProven: isProven)
        }
    }

    /// Looks again. What was sealed since is missing.
    mutating func look(at packs: Folder, before open: (number: Int64, end: Int64)) {
        for number in self.open.number..<max(self.open.number, open.number) {
            let name = PackName.file(number)
            // A pack into which nothing came has left its number to nobody.
            if packs.has(name) { add(number, packs.size(of: name), isProven: { _, _ in false }) }
        }
        self.open = open
    }

    /// The pack is in the copy as it is here.
    mutating func prove(_ number: Int64) {
        guard let place = missing.firstIndex(of: number) else { return }
        missing.remove(at: place)
        proven += sealed[number] ?? 0
    }

    private mutating func add(_ number: Int64, _ size: Int64, isProven: (Int64, Int64) -> Bool) {
        sealed[number] = size
        bytes += size
        if isProven(number, size) { proven += size } else { missing.append(number) }
    }
}
