import Foundation
import MailCore
import MailStore
import StateStore
import Testing

@testable import Housekeeping

/// Tasks on a real store in a temporary folder.
@Suite struct StorageTests {
    private static func with(packSize: ByteCount = .kibibytes(64), _ body: (House, TaskRunner) async throws -> Void) async throws {
        let house = try House(packSize: packSize)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(house, TaskRunner(house.services))) } catch { outcome = .failure(error) }
        await house.remove()
        try outcome.get()
    }

    /// Some mail with flags, a gap, and a giant.
    private static func fill(_ house: House, _ account: Account, messages: Int = 60) async throws {
        for n in 0..<messages { try await house.deliver("Subject: \(n)\r\n\r\n" + String(repeating: "x", count: 3000), to: account) }
        try await house.deliver(String(repeating: "giant ", count: 300_000), to: account)
        let inbox = try #require(try await house.store.read { try $0.mailbox("INBOX", of: account.id)?.id })
        _ = try await house.store.setFlags(UIDSet([1...20]), in: inbox, .add([.deleted]))
        _ = try await house.store.setFlags(UIDSet([5...25]), in: inbox, .add([.seen]), keywords: ["Work"])
        _ = try await house.store.expunge(inbox, only: UIDSet([1...10]))
    }

    /// An account with mail, and a folder to which it can be moved.
    private static func filled(_ house: House) async throws -> (account: Account, drive: String) {
        let account = try await house.account("alice")
        try await fill(house, account)
        let drive = house.folder + "/drive"
        try FileManager.default.createDirectory(atPath: drive, withIntermediateDirectories: true)
        return (account, drive)
    }

    /// Moves the mail there; it is the same, and whole.
    private static func move(_ house: House, _ runner: TaskRunner, to path: String, _ account: Account) async throws {
        let before = try await House.digest(house.store, account.id)
        let moved = try await House.finish(runner, "move-store", ["path": path, "same-drive": "yes"])
        #expect(moved.state == .done, "\(moved.trouble ?? "")")
        #expect(house.store.folder == path)
        #expect(try await House.digest(house.store, account.id) == before)
        #expect(try await house.store.check().findings == [])
    }

    @Test func mailMovesThereAndBackAndIsTheSame() async throws {
        try await Self.with { house, runner in
            let (account, drive) = try await Self.filled(house)
            try await Self.move(house, runner, to: drive, account)
            let home = try #require(try house.state.mailHome())
            #expect(home.path == drive && home.old?.path == house.folder + "/mail")
            #expect(try StoreIdentity.found(in: drive)?.generation == home.generation)
            #expect(try StoreIdentity.found(in: house.folder + "/mail")?.generation == home.old?.generation)

            try await house.deliver("after the move", to: account)
            try await Self.move(house, runner, to: house.folder + "/mail", account)
            #expect(try house.state.mailHome()?.path == "")

            try await OldCopy.discard(house.services)
            #expect(!FileManager.default.fileExists(atPath: drive + "/postern-mail"))
            #expect(try house.state.mailHome()?.old == nil)
            #expect(try await house.store.check().findings == [])
        }
    }

    /// However often it pauses, nothing of a pack is given up.
    @Test func aCopyThatPausesGoesOnWhereItWas() async throws {
        try await Self.with { house, runner in
            let (account, drive) = try await Self.filled(house)
            var done = 0
            var pauses = 0
            while true {
                let copy = try await StoreCopy(of: house.store, to: drive)
                #expect(copy.bytesDone >= done)
                for _ in 0..<3 where copy.phase == .packs { _ = try await copy.step(bytes: 10_000) }
                if copy.phase == .packs {
                    #expect(copy.bytesDone > done)
                    done = copy.bytesDone
                }
                let isCopied = copy.phase != .packs
                await copy.abandon()
                if isCopied { break }
                pauses += 1
            }
            // Two megabytes, 30,000 octets at a time: what was copied is proven by each pause.
            #expect((60...80).contains(pauses), "\(pauses)")
            try await Self.move(house, runner, to: drive, account)
        }
    }

    @Test func anOldCopyIsNeverTakenForTheLiveStore() async throws {
        let house = try House()
        let account = try await house.account("alice")
        try await house.deliver("one", to: account)
        let drive = house.folder + "/drive"
        try FileManager.default.createDirectory(atPath: drive, withIntermediateDirectories: true)
        let runner = TaskRunner(house.services)
        #expect(try await House.finish(runner, "move-store", ["path": drive, "same-drive": "yes"]).state == .done)
        await house.close()
        // Somebody puts the old copy where the live store was.
        try FileManager.default.moveItem(atPath: drive + "/postern-mail", toPath: drive + "/away")
        try FileManager.default.copyItem(atPath: house.folder + "/mail/postern-mail", toPath: drive + "/postern-mail")
        let again = try House(folder: house.folder)
        guard case .unavailable = again.store.health.state else {
            Issue.record("an old copy is served")
            return await again.remove()
        }
        await again.remove()
    }

    @Test func aMoveThatCannotBeSaysWhy() async throws {
        try await Self.with { house, runner in
            _ = try await house.account("alice")
            for (parameters, sentence) in [
                (["path": house.folder + "/nowhere"], "is no folder that can be opened"),
                (["path": house.folder], "--same-drive"), (["path": "/dev/shm"], "memory"),
            ] {
                let record = try await House.finish(runner, "move-store", parameters)
                #expect(record.state == .failed && record.trouble?.contains(sentence) == true, "\(record.trouble ?? "")")
            }
            #expect(house.store.health.state == .ready)
        }
    }

    @Test func mailThatComesDuringTheMoveIsThereOnce() async throws {
        try await Self.with { house, runner in
            let account = try await house.account("alice")
            try await Self.fill(house, account)
            let drive = house.folder + "/drive"
            try FileManager.default.createDirectory(atPath: drive, withIntermediateDirectories: true)
            async let delivering: Void = {
                for n in 0..<300 { try await house.deliver("during \(n)", to: account) }
            }()
            let moved = try await House.finish(runner, "move-store", ["path": drive, "same-drive": "yes"])
            try await delivering
            #expect(moved.state == .done, "\(moved.trouble ?? "")")
            let lines = try await House.digest(house.store, account.id)
            for n in 0..<300 { #expect(lines.count { $0.hasSuffix(" during \(n)") } == 1) }
            #expect(try await house.store.check().findings == [])
        }
    }

    @Test func compactionGivesSpaceBackAndReadersNoticeNothing() async throws {
        try await Self.with(packSize: .kibibytes(256)) { house, _ in
            let account = try await house.account("alice")
            for n in 0..<400 { try await house.deliver("Subject: \(n)\r\n\r\n" + String(repeating: "y", count: 3000), to: account) }
            let inbox = try #require(try await house.store.read { try $0.mailbox("INBOX", of: account.id)?.id })
            let doomed = UIDSet((1...400).filter { $0 % 5 != 0 }.map { UID($0)...UID($0) })
            _ = try await house.store.setFlags(doomed, in: inbox, .add([.deleted]))
            _ = try await house.store.expunge(inbox)
            let before = try await House.digest(house.store, account.id)
            let packs = house.folder + "/mail/postern-mail/packs"
            let many = try FileManager.default.contentsOfDirectory(atPath: packs).count
            let hand = HandClock()
            let runner = TaskRunner(house.services, clock: hand.clock)
            #expect(try await House.finish(runner, "compact-packs").state == .done)
            #expect(try await House.digest(house.store, account.id) == before)
            // Nothing is unlinked before its hour is over.
            #expect(try FileManager.default.contentsOfDirectory(atPath: packs).count >= many)
            hand.advance(by: .seconds(3601))
            #expect(try await House.finish(runner, "compact-packs").state == .done)
            #expect(try FileManager.default.contentsOfDirectory(atPath: packs).count < many)
            #expect(try await House.digest(house.store, account.id) == before)
            #expect(try await house.store.check().findings == [])
        }
    }

    @Test func aBackupIsWholeAndIsNoLiveStore() async throws {
        try await Self.with { house, runner in
            let account = try await house.account("alice")
            try await Self.fill(house, account)
            let folder = house.folder + "/backup"
            let record = try await House.finish(runner, "back-up-store", ["folder": folder, "same-drive": "yes"])
            #expect(record.state == .done, "\(record.trouble ?? "")")
            #expect(try StoreIdentity.found(in: folder)?.generation == 0)
            let copy = try MailStore(folder: folder, logger: house.services.logger)
            #expect(try await House.digest(copy, account.id) == House.digest(house.store, account.id))
            #expect(try await copy.check().findings == [])
            await copy.close()
            // It is brought back.
            let before = try await House.digest(house.store, account.id)
            let inbox = try #require(try await house.store.read { try $0.mailbox("INBOX", of: account.id)?.id })
            _ = try await house.store.setFlags(UIDSet([1...UID.max]), in: inbox, .add([.deleted]))
            _ = try await house.store.expunge(inbox)
            let moved = try await House.finish(runner, "move-store", ["path": folder, "same-drive": "yes"])
            #expect(moved.state == .failed, "a backup was used up by a move")
            #expect(try await House.finish(runner, "adopt-store", ["path": folder]).state == .done)
            await house.close()
            let again = try House(folder: house.folder)
            #expect(again.store.folder == folder)
            #expect(try await House.digest(again.store, account.id, gap: 1 << 20) == before)
            await again.close()
        }
    }

    /// There is nothing to wait for: what is in use stays in use, and the task says so once.
    @Test func aBackupWhoseIndexIsDamagedIsNotUsed() async throws {
        try await Self.with { house, runner in
            try await Self.fill(house, try await house.account("alice"))
            let folder = house.folder + "/backup"
            #expect(try await House.finish(runner, "back-up-store", ["folder": folder, "same-drive": "yes"]).state == .done)
            let index = try #require(FileHandle(forWritingAtPath: folder + "/postern-mail/index.sqlite"))
            try index.write(contentsOf: Data(repeating: 0xA5, count: 8192))
            try index.close()
            let record = try await House.finish(runner, "adopt-store", ["path": folder])
            #expect(record.state == .failed && record.tries == 0 && record.trouble?.contains("damaged") == true, "\(record)")
            #expect(house.store.health.state == .ready && house.store.folder == house.folder + "/mail")
        }
    }

    /// What has come between the backup and its restoring is in the store that gave way, and nothing writes to that.
    @Test func aRestoreIsTakenBack() async throws {
        try await Self.with { house, runner in
            let account = try await house.account("alice")
            try await Self.fill(house, account)
            let backup = house.folder + "/backup"
            let record = try await House.finish(runner, "back-up-store", ["folder": backup, "same-drive": "yes"])
            #expect(record.state == .done, "\(record.trouble ?? "")")
            try await house.deliver("after the backup", to: account)
            let before = try await House.digest(house.store, account.id)
            let numbers = try #require(try await house.store.read { try $0.counters(of: "INBOX", of: account.id) })
            #expect(try await House.finish(runner, "adopt-store", ["path": backup]).state == .done)
            await house.close()

            let restored = try House(folder: house.folder)
            let home = try #require(try restored.state.mailHome())
            #expect(home.path == backup && home.old?.path == house.folder + "/mail" && home.oldIsOtherMail)
            // Clients remember what came after the backup by its numbers: nobody gets them again.
            let later = try #require(try await restored.store.read { try $0.counters(of: "INBOX", of: account.id) })
            #expect(later.id == numbers.id && later.uidNext > numbers.uidNext && later.highestModSeq > numbers.highestModSeq)
            try await restored.deliver("after the restore", to: account)
            #expect(try await !House.digest(restored.store, account.id).contains { $0.hasSuffix("after the backup") })
            let again = TaskRunner(restored.services)
            let moved = try await House.finish(again, "move-store", ["path": house.folder + "/mail", "same-drive": "yes"])
            #expect(moved.state == .failed && moved.trouble?.contains("holds another mail store") == true, "\(moved)")
            #expect(try await House.finish(again, "adopt-store", ["path": house.folder + "/mail"]).state == .done)
            await restored.close()

            let back = try House(folder: house.folder)
            #expect(back.store.folder == house.folder + "/mail")
            #expect(try await House.digest(back.store, account.id) == before)
            #expect(try await back.store.check().findings == [])
            await back.close()
        }
    }

    @Test func anotherStoreIsAdoptedByAddress() async throws {
        let other = try House()
        let theirs = try await other.account("alice")
        let stranger = try await other.account("zoe")
        try await other.deliver("from the other drive", to: theirs)
        try await other.deliver("of a stranger", to: stranger)
        await other.close()
        let house = try House()
        let alice = try await house.account("alice")
        let bob = try await house.account("bob")
        try await house.deliver("stays behind", to: alice)
        let runner = TaskRunner(house.services)
        let record = try await House.finish(runner, "adopt-store", ["path": other.folder + "/mail"])
        #expect(record.state == .done, "\(record.trouble ?? "")")
        #expect(record.warnings == ["zoe@postern.test has 1 messages there and no account here; they are kept apart."])
        await house.close()
        let again = try House(folder: house.folder)
        #expect(again.store.folder == other.folder + "/mail")
        #expect(try await House.digest(again.store, alice.id).contains { $0.hasSuffix("from the other drive") })
        #expect(try await again.store.read { try $0.mailbox("INBOX", of: bob.id) } != nil)
        #expect(try await again.store.check().findings == [])
        // The mail that was used before is nowhere else: it has no age, and goes only when that is meant.
        let behind = house.folder + "/mail/postern-mail"
        var home = try #require(try again.state.mailHome())
        home.old?.moved -= 1000 * 86400
        try again.state.setMailHome(home)
        #expect(try await House.finish(TaskRunner(again.services), "expire").state == .done)
        await #expect(throws: TaskFailure.self) { try await OldCopy.discard(again.services) }
        #expect(FileManager.default.fileExists(atPath: behind + "/identity"))
        try await OldCopy.discard(again.services, evenOtherMail: true)
        #expect(!FileManager.default.fileExists(atPath: behind))
        #expect(try again.state.mailHome()?.old == nil)
        await again.remove()
        await other.remove()
    }
}
