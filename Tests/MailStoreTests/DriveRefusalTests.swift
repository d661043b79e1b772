import Foundation
import GRDBSQLite
@preconcurrency import Glibc
import Logging
import MailCore
import Synchronization
import Testing

@testable import MailStore

/// Files that SQLite cannot read from some octet on: the drive answers EIO.
private enum DarkFiles {
    private static let files = Mutex<[ino_t: Int64]>([:])

    /// SQLite's own way to replace a system call, once for all tests of this program.
    private static let isInPlace: Bool = {
        let read: @convention(c) (Int32, UnsafeMutableRawPointer?, Int, off_t) -> Int = { file, buffer, count, offset in
            guard DarkFiles.refuses(file, offset) else { return pread(file, buffer, count, offset) }
            errno = EIO
            return -1
        }
        guard let vfs = sqlite3_vfs_find(nil) else { return false }
        let names = ["pread", "pread64"].count { (name: String) in
            vfs.pointee.xSetSystemCall(vfs, name, unsafeBitCast(read, to: sqlite3_syscall_ptr.self)) == SQLITE_OK
        }
        return names == 2
    }()

    private static func refuses(_ file: Int32, _ offset: off_t) -> Bool {
        var status = stat()
        guard fstat(file, &status) == 0, offset < 1 << 60 else { return false }
        return files.withLock { $0[status.st_ino].map { offset >= $0 } ?? false }
    }

    @discardableResult
    static func during<T>(_ path: String, from octet: Int64, _ body: () async throws -> T) async throws -> T {
        #expect(isInPlace)
        var status = stat()
        try #require(stat(path, &status) == 0)
        files.withLock { $0[status.st_ino] = octet }
        defer { files.withLock { $0[status.st_ino] = nil } }
        return try await body()
    }
}

@Suite struct DriveRefusalTests {
    /// What lies behind a file's end is known without its drive, and would say that the drive gives something.
    @Test(arguments: [1, 64, 4095, 4096, 4097, 8192, 4 << 20, (4 << 20) + 1] as [Int64])
    func aDriveIsAskedForPagesThatItHas(size: Int64) {
        let places = PackReader.askedPlaces(size: size)
        #expect(places.allSatisfy { $0 >= 0 && $0 < size && $0 % 4096 == 0 })
        #expect(places.min() == 0 && places.max() == (size - 1) / 4096 * 4096)
        #expect(PackReader.askedPlaces(size: 0) == [])
    }

    /// Enough of an index to have pages that are in nobody's memory.
    private static func filled() async throws -> (TemporaryStore, index: String) {
        let temporary = try TemporaryStore()
        for n in 0..<400 { try await temporary.store.deliver("Subject: \(n)\r\n\r\n", to: temporary.recipient()) }
        await temporary.store.close()
        return (temporary, temporary.folder + "/postern-mail/index.sqlite")
    }

    private static func overwrite(_ index: String) throws {
        let file = try #require(FileHandle(forWritingAtPath: index))
        let size = try file.seekToEnd()
        #expect(size > 40 * 4096)
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 4096))
        try file.close()
    }

    /// The first page that cannot be read is one of the schema, or one that only the integrity check comes to.
    @Test(arguments: [1, 40]) func aDriveThatCannotBeReadIsNoDamage(page: Int64) async throws {
        let (temporary, index) = try await Self.filled()
        let store = try MailStore(folder: temporary.folder, logger: TemporaryStore.quiet)
        try await DarkFiles.during(index, from: page * 4096) {
            _ = await #expect(throws: StoreError.unavailable("read index.sqlite: Input/output error")) { _ = try await store.check() }
        }
        #expect(try await store.check().findings == [])
        await store.close()
    }

    @Test func whatIsDamagedIsCalledSoAlsoAfterARefusal() async throws {
        let (temporary, index) = try await Self.filled()
        let store = try MailStore(folder: temporary.folder, logger: TemporaryStore.quiet)
        try await DarkFiles.during(index, from: 4096) {
            _ = await #expect(throws: StoreError.self) { _ = try await store.check() }
        }
        try Self.overwrite(index)
        do {
            let findings = try await store.check().findings
            #expect(findings.contains { $0.hasPrefix("The index is torn: ") })
        } catch let error as StoreError {
            #expect(error == .damagedIndex("database disk image is malformed"))
        }
        await store.close()
    }

    @Test func aStartWaitsForADriveThatCannotBeRead() async throws {
        let (temporary, index) = try await Self.filled()
        let store = try await DarkFiles.during(index, from: 4096) {
            let store = try MailStore(folder: temporary.folder, logger: TemporaryStore.quiet)
            guard case .unavailable(let reason) = store.health.state else {
                Issue.record("the store is \(store.health.state)")
                return store
            }
            #expect(reason.hasSuffix("index.sqlite: Input/output error"), "\(reason)")
            return store
        }
        for _ in 0..<100 where store.health.state != .ready { try await Task.sleep(for: .milliseconds(100)) }
        #expect(store.health.state == .ready)
        #expect(try await store.check().findings == [])
        await store.close()
    }

    /// It says so, calls nobody's message damaged, and goes on as soon as another index lies there.
    @Test func aStartOnADamagedIndexWaitsForAnother() async throws {
        let (temporary, index) = try await Self.filled()
        try FileManager.default.copyItem(atPath: index, toPath: index + ".good")
        try Self.overwrite(index)
        try await temporary.isFoundDamaged("malformed")
        let store = try MailStore(folder: temporary.folder, logger: TemporaryStore.quiet)
        await #expect(
            performing: { _ = try await store.deliver("too early", to: temporary.recipient()) },
            throws: { if case .unavailable? = $0 as? StoreError { true } else { false } })
        #expect(rename(index + ".good", index) == 0)
        for _ in 0..<100 where store.health.state != .ready { try await Task.sleep(for: .milliseconds(100)) }
        #expect(store.health.state == .ready)
        #expect(try await store.check().findings == [])
        await store.close()
    }

    /// Whoever reads or writes hears of it each time; the journal hears of it once, and what helps.
    @Test func damageThatIsMetWhileMailFlowsIsToldOnceWithItsRemedy() async throws {
        let (temporary, index) = try await Self.filled()
        let journal = Journal()
        let store = try MailStore(folder: temporary.folder, logger: Logger(label: "test") { _ in journal })
        try Self.overwrite(index)
        for _ in 0..<3 {
            await #expect(throws: StoreError.damagedIndex("database disk image is malformed")) {
                _ = try await store.info("INBOX", of: temporary.account)
            }
            await #expect(throws: StoreError.self) { try await store.deliver("hello", to: temporary.recipient()) }
        }
        #expect(
            journal.lines == [
                "The index of the mail store is damaged: database disk image is malformed. \"postern tasks start rebuild-index\" makes it "
                    + "anew from the packs."
            ])
        #expect(store.damage == .damagedIndex("database disk image is malformed"))
        await store.close()
    }
}

/// What was said with the event `store-damaged`.
private final class Journal: LogHandler, @unchecked Sendable {
    private let said = Mutex<[String]>([])
    var lines: [String] { said.withLock { $0 } }
    // `said` is a mutex, the rest is never changed.
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .info }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        guard event.metadata?["event"] == "store-damaged" else { return }
        said.withLock { $0.append("\(event.message)") }
    }
}
