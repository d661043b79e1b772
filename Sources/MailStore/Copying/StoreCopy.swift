@preconcurrency import Glibc

/// A copy of the store in the making, while mail flows (``CopyPlace``).
///
/// | phase | what happens | leaves it by |
/// |---|---|---|
/// | packs | sealed packs are copied, synced, read back, noted in the ledger; then the open one up to its committed end, in rounds | little left → index |
/// | index | SQLite's online backup on the writer's own connection, so that it keeps up with commits | a few pages left → verify |
/// | verify | the index is read back from the drive and compared with the one in use, page for page | all the same → tail |
/// | tail | what was sealed meanwhile, what the index has grown by, and the open pack up to its committed end, in rounds | little left → ready |
/// | ready | – | ``finish(_:)``: one pause of writes for the rest |
///
/// A step may be repeated. After a crash or a pause a new copy in the same folder goes on behind the ledger; the index is copied from its
/// beginning then, for its copy keeps up only while it is open.
public final class StoreCopy: @unchecked Sendable {
    // One task uses it, a call after the other: `phase` and what follows it are never touched by two threads at once.

    public enum Phase: String, Sendable { case packs, index, verify, tail, ready }

    public private(set) var phase = Phase.packs
    /// Octets of packs and index that are there and proven, and those that there will be.
    public var bytesDone: Int { min(bytesTotal, packBytes + indexDone) }
    public var bytesTotal: Int { Int(clamping: list.bytes + list.open.end) + indexBytes }
    /// The packs likewise.
    public var packsDone: Int { list.sealed.count - list.missing.count }
    public var packsTotal: Int { list.sealed.count + 1 }
    /// What it is at.
    public private(set) var item = ""
    let store: MailStore
    let engine: Engine
    let place: CopyPlace
    private var ledger: CopyLedger
    private var list: PackList
    private var copies: [Int64: PackCopy] = [:]
    private var backup: IndexBackup?
    private var indexBytes: Int
    private var pages = (left: 0, all: 0)
    /// Pages of the index that were read back from the drive, and those that were found to be the same.
    private var readBack = 0
    private var verified = 0
    private var rounds = 0
    /// The last step has not failed: the drives may be asked for more.
    private var isSound = true
    /// Nothing else wants the machine in this step.
    private var isAlone = false
    /// Up to where the open pack is copied in this round; what comes meanwhile is the next one's.
    private var round: (pack: Int64, end: Int64)?

    /// What a pause may have to copy: at 100 MB/s a quarter of a second, and reading it back as long.
    static let longestTail: Int64 = 16 << 20
    private static let shortTail: Int64 = 2 << 20
    private static let mostRounds = 20
    /// So many pages are compared at once: the log is copied into the index before, which is not done for a few.
    private static let pagesCompared = 2048
    /// Left for the pause, so that the backup stays open and keeps up until then.
    private static let pagesLeft = 8

    /// Goes on with what an earlier copy of this store has left there. The folder was surveyed before.
    public convenience init(of store: MailStore, to folder: String) async throws(StoreError) {
        guard let engine = store.engine else { throw store.availability.refusal ?? .unavailable("it is not open") }
        let open = try await Self.openPack(of: store, engine)
        let (place, ledger, list) = try await store.upkeep.run { () throws(StoreError) in
            let place = try CopyPlace(in: folder, for: engine.identity)
            let ledger = try CopyLedger(in: place.root)
            let list = try PackList(of: engine.packs, before: open) { ledger.packs[$0]?.size == $1 && place.has($0, $1) }
            try place.dropStrangers(to: list)
            return (place, ledger, list)
        }
        self.init(of: store, engine, at: place, ledger, list)
        try await work { (copy) throws(StoreError) in try copy.beginAgain() }
    }

    private init(of store: MailStore, _ engine: Engine, at place: CopyPlace, _ ledger: CopyLedger, _ list: PackList) {
        self.store = store
        self.engine = engine
        self.place = place
        self.ledger = ledger
        self.list = list
        indexBytes = Int(clamping: engine.root.size(of: "index.sqlite"))
    }

    /// Copies some `bytes`; answers whether only the tail is left. `isQuiet`: nothing else wants the machine, so that several packs may be
    /// worked on at once, and more than that be copied until mail comes.
    public func step(bytes: Int, isQuiet: Bool = false) async throws(StoreError) -> Bool {
        isSound = false
        isAlone = isQuiet
        try place.checkDrive()
        switch phase {
        case .packs:
            if try await stepRound(Int64(bytes)) { break }
            if try await !stepPacks(Int64(bytes)), !beginRound() { phase = .index }
        case .index:
            if try await stepIndex(bytes) { phase = .verify }
        case .verify:
            guard try await stepVerify(bytes) else { break }
            phase = .tail
            rounds = 0
        case .tail:
            if try await stepTail(Int64(bytes)) { phase = .ready }
        case .ready:
            // What has come since the last look need not be copied in the pause.
            _ = try await stepTail(Int64(bytes))
        }
        isSound = true
        return phase == .ready
    }

    // MARK: packs

    /// Looks what there is to copy by now.
    private func look() async throws(StoreError) {
        let open = try await Self.openPack(of: store, engine)
        try await work { (copy) throws(StoreError) in
            copy.list.look(at: copy.engine.packs, before: open)
            copy.indexBytes = Int(clamping: copy.engine.root.size(of: "index.sqlite"))
        }
    }

    private static func openPack(of store: MailStore, _ engine: Engine) async throws(StoreError) -> (number: Int64, end: Int64) {
        try await store.betweenBatches { (open) throws(StoreError) in
            guard open.engine === engine else { throw sourceFailed }
            return open.openPack
        }
    }

    /// Answers false when every sealed pack is proven.
    private func stepPacks(_ limit: Int64) async throws(StoreError) -> Bool {
        if list.missing.isEmpty { try await look() }
        guard let first = list.missing.first else { return false }
        item = PackName.file(first)
        if isAlone {
            let hand = try await work { (copy) throws(StoreError) in try copy.takeInHand() }
            try await hand.goOnTogether(by: limit, behind: store)
            try await work { (copy) throws(StoreError) in try copy.noteProven() }
        } else {
            try await work { (copy) throws(StoreError) in
                try copy.takeInHand().goOn(by: limit)
                try copy.noteProven()
            }
        }
        // Each pack gives a good moment to see what has come meanwhile, so that what is left is told as it is.
        if list.missing.first != first { try await look() }
        return true
    }

    /// The packs of one step: the first one, and when nothing else wants the machine those behind it, too.
    private func takeInHand() throws(StoreError) -> PacksInHand {
        var packs: [(PackCopy, end: Int64)] = []
        for number in list.missing.prefix(isAlone ? PacksInHand.most : 1) {
            let end = list.sealed[number] ?? 0
            packs.append((try begun(number, to: end), end))
        }
        return PacksInHand(packs)
    }

    private func noteProven() throws(StoreError) {
        for number in list.missing {
            guard let copy = copies[number], let end = list.sealed[number], copy.isProven(to: end) else { continue }
            try ledger.note(number, CopyLedger.Proof(size: end, checksum: copy.checksum))
            list.prove(number)
            copies[number] = nil
        }
    }

    /// What an earlier copy has proven of packs that it left unfinished counts from the beginning on.
    private func beginAgain() throws(StoreError) {
        let unfinished = list.missing.map { ($0, list.sealed[$0] ?? 0) } + [list.open]
        for (number, end) in unfinished where (ledger.packs[number] ?? .nothing) != .nothing { _ = try begun(number, to: end) }
    }

    /// Octets of the open pack that the copy lacks.
    private var openLeft: Int64 { list.open.end - (copies[list.open.number]?.proven ?? 0) }

    /// The open pack, up to where it ended when this was asked; answers false when it need not be, or when it was in too many rounds.
    private func beginRound() -> Bool {
        guard openLeft > Self.shortTail, rounds < Self.mostRounds else {
            round = nil
            return false
        }
        rounds += 1
        round = (list.open.number, list.open.end)
        return true
    }

    /// Answers false when there is no round, or it is over.
    private func stepRound(_ limit: Int64) async throws(StoreError) -> Bool {
        guard let round, list.missing.isEmpty, (copies[round.pack]?.proven ?? 0) < round.end else { return false }
        item = PackName.file(round.pack)
        try await work { (copy) throws(StoreError) in
            _ = try copy.begun(round.pack, to: round.end).step(to: round.end, limit: limit, isAlone: copy.isAlone)
        }
        return true
    }

    private func begun(_ number: Int64, to end: Int64) throws(StoreError) -> PackCopy {
        if let begun = copies[number] { return begun }
        let start = try ledger.start(of: number, there: place.packs.size(of: PackName.file(number)), end: end)
        let copy = try PackCopy(number, from: engine.packs, to: place.packs, behind: start)
        copies[number] = copy
        return copy
    }

    /// Octets of packs that are done: half of a pack's way is copying, half is proving.
    private var packBytes: Int { Int(clamping: copies.values.reduce(list.proven) { $0 + ($1.done + $1.proven) / 2 }) }

    /// Octets of the index that are done: half of its way is copying, half is proving, as a pack's.
    private var indexDone: Int {
        switch phase {
        case .packs: 0
        case .index, .verify: pages.all > 0 ? indexBytes * (pages.all - pages.left + readBack) / (2 * pages.all) : 0
        case .tail, .ready: indexBytes
        }
    }

    // MARK: index

    /// Answers whether all but a few pages is there.
    private func stepIndex(_ bytes: Int) async throws(StoreError) -> Bool {
        item = "index.sqlite"
        if backup == nil {
            let place = place
            for name in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] { try place.root.remove(name) }
            let path = place.root.path + "/index.sqlite"
            backup = try await onSource { (open) throws(StoreError) in try IndexBackup(of: open.engine.index, to: path) }
        }
        guard let backup else { return false }
        guard try await copyPages(backup, bytes) <= Self.pagesLeft else { return false }
        try await syncIndex(backup)
        return true
    }

    /// Copies some `bytes` of the index; answers how many pages are left.
    private func copyPages(_ backup: IndexBackup, _ bytes: Int) async throws(StoreError) -> Int {
        let most = max(1, bytes / IndexBackup.pageSize)
        let (before, after) = try await onSource { (_) throws(StoreError) in
            _ = try backup.step(pages: 0)
            let before = backup.pages
            let left = before.left - Self.pagesLeft
            if left > 0 { _ = try backup.step(pages: Int32(clamping: min(most, left))) }
            return (before, backup.pages)
        }
        pages = after
        // The drive's work is spread over the copying, as a pack's is.
        let copied = Int64((before.all - before.left) * IndexBackup.pageSize)..<Int64((after.all - after.left) * IndexBackup.pageSize)
        let place = place
        try await store.upkeep.run { () throws(StoreError) in
            try SystemFile("index.sqlite", in: place.root, flags: O_RDWR).startWriting(copied)
        }
        return after.left
    }

    /// What is copied of the index is on the drive, so that the pause finds little to do.
    private func syncIndex(_ backup: IndexBackup) async throws(StoreError) {
        let place = place
        try await onSource { (_) throws(StoreError) in try backup.flush() }
        try await store.upkeep.run { () throws(StoreError) in try SystemFile("index.sqlite", in: place.root, flags: O_RDWR).sync() }
    }

    // MARK: verify

    /// Answers whether all pages were found to be the same. What is committed meanwhile changes both, and may come before or after.
    private func stepVerify(_ bytes: Int) async throws(StoreError) -> Bool {
        guard let backup else { return false }
        item = "index.sqlite"
        pages = try await onSource { (_) throws(StoreError) in backup.pages }
        let end = pages.all - pages.left
        guard verified < end else { return true }
        let next = min(end, verified + Self.pagesCompared, readBack + max(1, bytes / IndexBackup.pageSize))
        let (range, place, begins) = (readBack..<max(readBack, next), place, readBack == verified)
        let copy = try await store.upkeep.run { () throws(StoreError) in
            let copy = try SystemFile("index.sqlite", in: place.root, flags: O_RDWR)
            // What is synced is read from the drive, not from memory.
            if begins { try copy.sync() }
            // Into memory, where the writer's thread compares it at no great cost.
            let octets = Int64(range.lowerBound * IndexBackup.pageSize)..<Int64(range.upperBound * IndexBackup.pageSize)
            let there = try copy.size
            if octets.lowerBound < there {
                _ = try copy.checksum(octets.lowerBound..<min(there, octets.upperBound), fromDrive: true)
            }
            return copy
        }
        readBack = range.upperBound
        guard readBack == end || readBack - verified >= Self.pagesCompared else { return false }
        let compared = verified..<readBack
        switch try await onSource({ (_) throws(StoreError) in try backup.isSame(pages: compared, in: copy) }) {
        case true?:
            verified = compared.upperBound
        case false?:
            throw .unavailable("index.sqlite does not come back from the new drive as it was written; the drive cannot be trusted")
        case nil: break
        }
        return false
    }

    // MARK: tail

    /// Answers whether so little is left that a pause is short.
    private func stepTail(_ limit: Int64) async throws(StoreError) -> Bool {
        if try await stepRound(limit) { return false }
        if try await stepPacks(limit) { return false }
        // What the index has grown by is beyond what keeps up with commits.
        if let backup {
            if try await copyPages(backup, Int(clamping: limit)) > Self.pagesLeft { return false }
            let isVerified = try await stepVerify(Int(clamping: limit))
            if !isVerified, pages.all - pages.left - verified >= Self.pagesCompared { return false }
        }
        // Far from the end this would write the same pages again and again.
        if openLeft <= Self.longestTail, let backup { try await syncIndex(backup) }
        return !beginRound()
    }

    /// The rest, on the writer's thread, and then `body`. Answers false, and does nothing, when too much has come meanwhile.
    public func finish() async throws(StoreError) -> Bool { try await finish({ (_, _) throws(StoreError) in }) }

    /// `onBegin` is called when the pause begins.
    func finish(
        _ body: @escaping @Sendable (Writer, OpenStore) throws(StoreError) -> Void, onBegin: @escaping @Sendable () -> Void = {}
    ) async throws(StoreError) -> Bool {
        isSound = false
        let isWhole = try await store.onWriter { (writer) throws(StoreError) in
            onBegin()
            try self.place.checkDrive()
            guard let open = writer.open, open.engine === self.engine, !open.isDistrusted else { throw Self.sourceFailed }
            guard try self.copyTail(open) else { return false }
            try body(writer, open)
            return true
        }
        if !isWhole {
            phase = .tail
            rounds = 0
            round = nil
        }
        isSound = true
        return isWhole
    }

    private func copyTail(_ open: OpenStore) throws(StoreError) -> Bool {
        list.look(at: engine.packs, before: open.openPack)
        let rest = list.missing.map { ($0, list.sealed[$0] ?? 0) } + [list.open]
        let left = rest.reduce(Int64(0)) { $0 + $1.1 - (copies[$1.0]?.proven ?? 0) }
        guard left <= Self.longestTail else { return false }
        for (pack, end) in rest {
            let copy = try begun(pack, to: end)
            // All others wait for it.
            while try !copy.step(to: end, limit: .max / 2, isAlone: true) {}
        }
        guard let backup, try backup.step(pages: -1) else { throw Self.sourceFailed }
        try SystemFile("index.sqlite", in: place.root, flags: O_RDWR).sync()
        try place.packs.sync()
        try place.root.sync()
        return true
    }

    /// Lets go of the index. What is copied of packs is proven, unless a drive has just failed, and stays for whoever goes on.
    public func abandon() async {
        if isSound { _ = try? await work { (copy) throws(StoreError) in try copy.proveUnfinished() } }
        guard let backup else { return }
        self.backup = nil
        _ = try? await store.onWriter { (_) throws(StoreError) in backup.finish() }
    }

    private func proveUnfinished() throws(StoreError) {
        try place.checkDrive()
        for (number, copy) in copies { if let proof = try copy.prove() { try ledger.note(number, proof) } }
    }

    private func work<T: Sendable>(_ body: @escaping @Sendable (StoreCopy) throws(StoreError) -> T) async throws(StoreError) -> T {
        try await store.upkeep.run { () throws(StoreError) in try body(self) }
    }

    private func onSource<T: Sendable>(_ body: @escaping @Sendable (OpenStore) throws(StoreError) -> T) async throws(StoreError) -> T {
        let engine = engine
        return try await store.betweenBatches { (open) throws(StoreError) in
            guard open.engine === engine else { throw Self.sourceFailed }
            return try body(open)
        }
    }

    private static let sourceFailed = StoreError.unavailable("the mail drive was away while its mail was copied")
}
