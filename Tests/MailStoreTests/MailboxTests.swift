import MailCore
import Testing

@testable import MailStore

@Suite struct MailboxTests {
    @Test func standardFoldersAreMadeOnce() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        for _ in 0..<2 {
            try await store.provision(temporary.account, address: temporary.address, folders: ["Sent", "Trash"])
        }
        let mailboxes = try await store.read { try $0.mailboxes(of: temporary.account) }
        #expect(mailboxes.map(\.name) == ["INBOX", "Sent", "Trash"])
        #expect(mailboxes.map(\.specialUse) == [nil, .sent, .trash])
        #expect(try await store.read { try $0.subscriptions(of: temporary.account) } == ["INBOX", "Sent", "Trash"])
    }

    @Test func aNameIsMadeOnceAndNeverWithTheSameUIDValidity() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.provision(temporary.account, address: temporary.address, folders: [])
        _ = try await store.createMailbox("Work", of: temporary.account)
        await #expect(throws: StoreError.mailboxExists) { _ = try await store.createMailbox("Work", of: temporary.account) }
        let first = try #require(try await store.info("Work", of: temporary.account))
        try await store.deleteMailbox("Work", of: temporary.account)
        #expect(try await store.info("Work", of: temporary.account) == nil)
        _ = try await store.createMailbox("Work", of: temporary.account)
        let second = try #require(try await store.info("Work", of: temporary.account))
        #expect(second.uidValidity > first.uidValidity && second.id != first.id)
    }

    @Test(arguments: ["", "/", "a/", "/a", "a//b", "a//\u{301}b", "a\nb", "a\u{7F}", "\u{1}5", String(repeating: "x", count: 1001)])
    func badNamesAreRefused(name: String) async throws {
        let temporary = try TemporaryStore()
        try await temporary.store.provision(temporary.account, address: temporary.address, folders: [])
        await #expect(throws: StoreError.nameNotAllowed) { _ = try await temporary.store.createMailbox(name, of: temporary.account) }
    }

    @Test func childrenGoWithARenamedParent() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.provision(temporary.account, address: temporary.address, folders: [])
        for name in ["é", "é/one", "é/one/two", "éx"] { _ = try await store.createMailbox(name, of: temporary.account) }
        try await store.renameMailbox("é", to: "b/c", of: temporary.account)
        let names = try await store.read { try $0.mailboxes(of: temporary.account).map(\.name) }
        #expect(Set(names) == ["INBOX", "b/c", "b/c/one", "b/c/one/two", "éx"])
        for inside in ["b/c/d", "b/c/\u{301}d"] {
            await #expect(throws: StoreError.nameNotAllowed) { try await store.renameMailbox("b/c", to: inside, of: temporary.account) }
        }
        await #expect(throws: StoreError.mailboxExists) { try await store.renameMailbox("b/c", to: "éx", of: temporary.account) }
        await #expect(throws: StoreError.noSuchMailbox) { try await store.renameMailbox("nothing", to: "y", of: temporary.account) }
    }

    @Test func renamingInboxLeavesItEmpty() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.deliver("a", to: temporary.recipient())
        try await store.renameMailbox("INBOX", to: "Old", of: temporary.account)
        let old = try #require(try await store.info("Old", of: temporary.account))
        #expect(try await store.listing(old.id) == ["1 [] a"])
        #expect(try await store.info("INBOX", of: temporary.account)?.messages == 0)
    }

    @Test func aDeletedMailboxIsGoneForWhoHasItOpen() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.provision(temporary.account, address: temporary.address, folders: [])
        let id = try await store.createMailbox("Work", of: temporary.account)
        _ = try await store.append("a", to: id)
        try await store.deleteMailbox("Work", of: temporary.account)
        await #expect(throws: StoreError.noSuchMailbox) { _ = try await store.read { try $0.changes(in: id, since: 0) } }
        await #expect(throws: StoreError.noSuchMailbox) { _ = try await store.append("b", to: id) }
        await #expect(throws: StoreError.nameNotAllowed) { try await store.deleteMailbox("INBOX", of: temporary.account) }
    }

    @Test func anAccountsMailGoesWhole() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.provision(temporary.account, address: temporary.address, folders: ["Sent"])
        try await store.deliver("a", to: temporary.recipient(), temporary.recipient("Sent"))
        try await store.removeMail(of: temporary.account)
        #expect(try await store.read { try $0.mailboxes(of: temporary.account).isEmpty })
    }

    @Test func aCrashInMidDeletionLeavesNothingForEver() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        try await store.provision(temporary.account, address: temporary.address, folders: [])
        let id = try await store.createMailbox("Work", of: temporary.account)
        for n in 0..<20 { _ = try await store.append("\(n)", to: id) }
        // The first half of a deletion; the second never came.
        _ = try await store.perform(DeleteMailbox(name: "Work", account: temporary.account))
        let second = try await temporary.reopened()
        var left = 20
        for _ in 0..<100 where left > 0 {
            try await Task.sleep(for: .milliseconds(50))
            left = try await second.check().messages
        }
        #expect(left == 0)
        #expect(try await second.check().findings == [])
        await second.close()
    }

    @Test func aDecidedRemovalGoesOnAfterACrash() async throws {
        let temporary = try TemporaryStore()
        let inbox = try await temporary.giant()
        // The decision and the first step; then nothing more.
        #expect(try await temporary.store.perform(RemoveMessages(uids: UIDSet([1...2400]), mailbox: inbox)) == nil)
        #expect(try await temporary.store.perform(RemovalStep(mailbox: inbox)) == 1000)
        let counters = try #require(try await temporary.store.read { try $0.counters(of: "INBOX", of: temporary.account) })
        #expect(counters.hasRemovals && counters.messages == 1500)
        let second = try await temporary.reopened()
        var left = counters
        for _ in 0..<100 where left.hasRemovals {
            try await Task.sleep(for: .milliseconds(50))
            left = try #require(try await second.read { try $0.counters(of: "INBOX", of: temporary.account) })
        }
        #expect(!left.hasRemovals && left.messages == 100)
        #expect(try await second.check().findings == [])
        await second.close()
    }
}
